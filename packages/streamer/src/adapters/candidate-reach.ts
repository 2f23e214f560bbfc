/** What a candidate's address says about the way there (RFC 8839, section 5.1), before anything is sent. Pure. */
import { BlockList, isIP, isIPv4 } from 'node:net';
import type { NetworkInterfaceInfo } from 'node:os';

const CANDIDATE =
  /^(?:a=)?candidate:\S+ \d+ (?<transport>\S+) (?<priority>\d+) (?<address>\S+) (?<port>\d+) typ (?<type>\S+)/u;

/** RFC 1918, RFC 6598, RFC 3927. */
const PRIVATE_NETWORKS = new BlockList();
for (const [address, bits] of [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
  ['169.254.0.0', 16],
] as const) {
  PRIVATE_NETWORKS.addSubnet(address, bits);
}

type Interfaces = Readonly<Record<string, NetworkInterfaceInfo[] | undefined>>;

/** A candidate of ours that leads here without a router's help: an address of this machine, also where a server saw it. */
export function isOfThisMachine(candidate: string, interfaces: Interfaces): boolean {
  const { type, address } = parse(candidate);
  return type === 'host' || (type !== 'relay' && all(interfaces).some((ours) => ours.address === address));
}

/** In place of an address, as RFC 8839 allows. */
export function hasName(candidate: string): boolean {
  return isIP(parse(candidate).address) === 0;
}

/** A browser's own address, given by a name that is good in its own network at best (draft-ietf-mmusic-mdns-ice-candidates). */
export function isHidden(candidate: string): boolean {
  return /\.local$/iu.test(parse(candidate).address);
}

/** An address at a TURN server. */
export function isRelayed(candidate: string): boolean {
  return parse(candidate).type === 'relay';
}

/**
 * A relay that a browser reaches over TCP or TLS, if it is Chromium: the type preference, the upper eight bits of the priority
 * (RFC 8445, section 5.1.2.1), is 2 there for a relay over UDP, and less for others.
 */
export function isRelayedOverStream(candidate: string): boolean {
  const { type, priority, address, port } = parse(candidate);
  // Nothing can be sent to port 0, and Node throws where it is tried.
  return type === 'relay' && isIP(address) !== 0 && port > 0 && priority < 2 ** 25;
}

/** Where a candidate is, and the same candidate somewhere else. */
export function endpointOf(candidate: string): { readonly address: string; readonly port: number } {
  const { address, port } = parse(candidate);
  return { address, port };
}

export function movedTo(candidate: string, address: string, port: number): string {
  return candidate.replace(/^((?:\S+ ){4})\S+ \d+/u, `$1${address} ${port}`);
}

/** Whether a candidate of the viewer's is an address inside a network that this machine is not in. Routers may lead there; few do. */
export function isInAnotherNetwork(candidate: string, interfaces: Interfaces): boolean {
  const { type, address } = parse(candidate);
  if (type !== 'host' || !isIPv4(address) || !PRIVATE_NETWORKS.check(address)) return false;
  const ours = new BlockList();
  for (const { cidr, family } of all(interfaces)) {
    const [network, bits] = cidr?.split('/') ?? [];
    if (family === 'IPv4' && network !== undefined) ours.addSubnet(network, Number(bits));
  }
  return !ours.check(address);
}

/** A name is looked up first, and libjuice takes none that is not UDP. */
export function isCheckedAtOnce(candidate: string): boolean {
  return parse(candidate).transport?.toLowerCase() === 'udp' && !hasName(candidate);
}

function parse(candidate: string) {
  const { type, transport, address = '', priority, port } = CANDIDATE.exec(candidate)?.groups ?? {};
  return { type, transport, address, priority: Number(priority), port: Number(port) };
}

function all(interfaces: Interfaces): NetworkInterfaceInfo[] {
  return Object.values(interfaces).flatMap((infos) => infos ?? []);
}
