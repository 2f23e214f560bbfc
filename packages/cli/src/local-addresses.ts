/** This machine's IPv4 addresses, those first that a phone in the same network can most likely reach. Pure. */
import type { NetworkInterfaceInfo } from 'node:os';

/** Networks that exist only inside this machine: containers and virtual machines. */
const INSIDE_ONLY = /^(docker|br-|veth|virbr|cni|flannel|lxc|lxd|podman|vmnet|vboxnet)/;
const CABLE_OR_RADIO = /^(en|eth|wl)/;

/** RFC 3927: an address that a machine gave itself because nobody else did. */
const LINK_LOCAL = /^169\.254\./;

export function localAddresses(
  interfaces: Readonly<Record<string, NetworkInterfaceInfo[] | undefined>>,
): string[] {
  return Object.entries(interfaces)
    .filter(([name]) => !INSIDE_ONLY.test(name))
    .flatMap(([name, infos]) => (infos ?? []).map((info) => ({ ...info, rank: rank(name, info.address) })))
    .filter((info) => info.family === 'IPv4' && !info.internal)
    .sort((a, b) => a.rank - b.rank)
    .map((info) => info.address);
}

function rank(name: string, address: string): number {
  if (LINK_LOCAL.test(address)) return 2;
  return CABLE_OR_RADIO.test(name) ? 0 : 1;
}

/** Where a page can be opened, given what the server listens on. */
export interface PageHosts {
  /** In a browser on this machine. */
  readonly here: string;
  /** On a phone or computer in the same network. */
  readonly nearby: readonly string[];
}

export function pageHosts(listeningHost: string, addresses: readonly string[]): PageHosts {
  if (listeningHost === '0.0.0.0' || listeningHost === '::') return { here: 'localhost', nearby: addresses };
  if (listeningHost === 'localhost' || listeningHost === '::1' || listeningHost.startsWith('127.')) {
    return { here: bracketed(listeningHost), nearby: [] };
  }
  return { here: bracketed(listeningHost), nearby: [bracketed(listeningHost)] };
}

/** RFC 3986, 3.2.2: an IPv6 address stands in brackets in a URL. */
function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
