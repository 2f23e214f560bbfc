/** Whether UDP gets out and back, and what kind of router is on the way. */
import { networkInterfaces } from 'node:os';
import type { IceHost } from './ice-hosts.ts';
import { findAddresses } from './reach.ts';
import { failed, type Outcome, ok, skipped } from './step.ts';
import { type Address, ATTRIBUTE, METHOD, readAddress } from './stun/stun-message.ts';
import { StunSocket } from './stun/stun-socket.ts';

/** Two show whether a router gives each far end another port; more cost time. */
const ENOUGH = 3;

/** TURN servers answer as STUN servers too. */
export async function stunStep(hosts: readonly IceHost[]): Promise<Outcome> {
  const servers = await distinctAddresses(hosts.filter(({ transport }) => transport === 'udp'));
  const [first] = servers;
  if (first === undefined) return skipped('no STUN or TURN server to ask');
  // One that is alone may say that nothing listens, which takes no time.
  const socket = await (servers.length === 1 ? StunSocket.connect(first) : StunSocket.open(first.host));
  try {
    const seen = (await Promise.all(servers.map((server) => ask(socket, server)))).filter(
      (address) => address !== undefined,
    );
    const [one, ...others] = seen;
    if (one === undefined && servers.every(({ kind }) => kind === 'turn')) {
      return skipped('only the TURN server is there to be asked, and it does not answer');
    }
    if (one === undefined) {
      return failed(
        `no answer over UDP from ${servers.map(written).join(', ')}`,
        'this network lets no UDP out: viewers and cameras here need a relay over TCP (?transport=tcp in TURN_URLS)',
        'on the Pi: allow UDP out to the internet in its router or firewall',
      );
    }
    const found = `UDP works, seen from outside as ${written(one)}`;
    const own = Object.values(networkInterfaces()).flatMap((infos) => infos ?? []);
    if (own.some(({ address }) => address === one.host)) return ok(`${found}: no router translates it`);
    if (others.length === 0) return ok(found);
    const symmetric = others.some((address) => address.port !== one.port || address.host !== one.host);
    if (!symmetric) return ok(`${found}, the same by all: direct connections should work`);
    return ok(
      `${found}, and as another by others: a symmetric NAT`,
      'direct connections to networks of the same kind fail: those viewers need TURN',
    );
  } finally {
    socket.close();
  }
}

async function ask(socket: StunSocket, server: Address): Promise<Address | undefined> {
  const answer = await socket.ask(server, METHOD.binding);
  if (answer === undefined) return undefined;
  return readAddress(answer, ATTRIBUTE.xorMappedAddress) ?? readAddress(answer, ATTRIBUTE.mappedAddress);
}

/** IPv4 where there is some, all of one kind: they share a socket. */
async function distinctAddresses(hosts: readonly IceHost[]): Promise<(Address & Pick<IceHost, 'kind'>)[]> {
  const found = await Promise.all(
    hosts.map(async ({ host, port, kind }) => {
      const result = await findAddresses(host);
      return result.ok ? [{ host: result.addresses[0] ?? host, port, kind }] : [];
    }),
  );
  const all = new Map(found.flat().map((address) => [written(address), address]));
  const [first] = all.values();
  const sameKind = [...all.values()].filter(({ host }) => host.includes(':') === first?.host.includes(':'));
  return sameKind.slice(0, ENOUGH);
}

export function written({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
