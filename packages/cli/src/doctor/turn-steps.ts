/** The TURN servers from here: an allocation over UDP, TCP or TLS, as each URL says. */
import type { IceHost } from './ice-hosts.ts';
import { findAddresses, isCertificateTrouble, openTcp, openTls } from './reach.ts';
import { portTrouble } from './server-steps.ts';
import { failed, type Outcome, ok, skipped } from './step.ts';
import { StunSocket } from './stun/stun-socket.ts';
import { StunStream } from './stun/stun-stream.ts';
import { type Ask, tryAllocation } from './stun/turn-allocation.ts';
import { written } from './stun-step.ts';

const COTURN_LOG = 'its log says more: journalctl -u coturn -e';

export async function turnStep(turn: IceHost): Promise<Outcome> {
  if (turn.transport === 'dtls') {
    return skipped(
      `${turn.url} is TURN over DTLS, which neither browsers nor Perch speak`,
      'leave it out of TURN_URLS',
    );
  }
  const found = await findAddresses(turn.host);
  if (!found.ok) {
    return failed(
      `${turn.host} has no address: ${found.code}`,
      'correct TURN_URLS at perch serve, or the DNS record',
    );
  }
  const address = found.addresses[0] ?? turn.host;
  return turn.transport === 'udp' ? await overUdp(turn, address) : await overStream(turn, address);
}

async function overUdp(turn: IceHost, host: string): Promise<Outcome> {
  const server = { host, port: turn.port };
  const socket = await StunSocket.connect(server);
  try {
    const ask: Ask = (...request) => socket.ask(server, ...request);
    return await allocate(turn, host, ask, () => silentOverUdp(turn, socket));
  } finally {
    socket.close();
  }
}

async function overStream(turn: IceHost, host: string): Promise<Outcome> {
  const { port, transport } = turn;
  const opened = await (transport === 'tls' ? openTls(host, port, turn.host) : openTcp(host, port));
  if (!opened.ok) {
    if (opened.connected) return tlsTrouble(turn, opened.code);
    const [found, ...next] = portTrouble(opened.code, port, 'the TURN server');
    return failed(`${turn.url}: ${found}`, ...next);
  }
  const stream = new StunStream(opened.socket);
  try {
    const ask: Ask = (...request) => stream.ask(...request);
    return await allocate(turn, host, ask, () => silentOverStream(turn, stream));
  } finally {
    stream.close();
  }
}

/** `silent` says why no answer came. */
async function allocate(turn: IceHost, host: string, ask: Ask, silent: () => Outcome): Promise<Outcome> {
  const allocation = await tryAllocation(ask, turn);
  switch (allocation.kind) {
    case 'allocated':
      return judgeRelayed(turn, allocation.relayed.host, host, written(allocation.relayed));
    case 'no-answer':
      return silent();
    case 'wrong-credentials':
      return failed(
        `${turn.url} answers, and does not take the password`,
        'TURN_SECRET at perch serve and static-auth-secret at coturn must be the same, and coturn needs use-auth-secret',
        'the clocks of both machines must agree, since passwords expire: timedatectl',
      );
    case 'refused':
      return failed(`${turn.url} refuses: ${refusal(allocation.code)}`, COTURN_LOG);
  }
}

function silentOverUdp({ url, host, port }: IceHost, { refused }: StunSocket): Outcome {
  return refused
    ? failed(
        `UDP port ${port} of ${host} is closed: the machine answers, and nothing listens there`,
        `does coturn run, on this port? On its machine: systemctl status coturn; sudo ss -ulnp 'sport = :${port}'`,
      )
    : failed(
        `no answer from ${url} over UDP`,
        `a firewall drops it: at the provider (security group) and with ufw, allow UDP ${port}`,
        "or the network here lets no UDP out: try from another one, such as a phone's hotspot",
      );
}

function silentOverStream({ url, port, transport }: IceHost, { end }: StunStream): Outcome {
  const whoListens = `who listens there? On its machine: sudo ss -tlnp 'sport = :${port}'`;
  switch (end) {
    case 'not-stun':
      return failed(`${url} is answered by something that is no TURN server`, whoListens);
    case 'closed-by-server':
      return failed(
        `${url} takes the connection, and closes it without an answer`,
        transport === 'tcp'
          ? 'if that port is for TLS, write turns: in place of turn: in TURN_URLS'
          : 'a proxy before coturn that ends TLS must pass on to its TCP port',
        COTURN_LOG,
      );
    case undefined:
      return failed(
        `${url} takes the connection, and does not answer`,
        whoListens,
        'if it is coturn, restart it: sudo systemctl restart coturn',
      );
  }
}

function tlsTrouble({ url, host }: IceHost, code: string): Outcome {
  return isCertificateTrouble(code)
    ? failed(
        `${url}: its certificate is not good: ${code}`,
        `coturn's cert= and pkey= need one for ${host} that browsers take, with the chain (fullchain.pem), and a restart after each renewal`,
      )
    : failed(
        `${url}: the port is open, and TLS fails: ${code}`,
        'coturn speaks TLS only with cert= and pkey=, and without no-tls; its log says whether it could read them: journalctl -u coturn -e',
        'without a certificate, leave turns: out of TURN_URLS',
      );
}

function refusal(code: number): string {
  const meaning: Readonly<Record<number, string>> = {
    0: 'what answers there is no TURN server that wants a password',
    403: 'forbidden',
    486: 'this user has too many allocations',
    508: 'it has no relay port left; more between min-port and max-port',
  };
  return meaning[code] ?? `error ${code}`;
}

/** A server behind its provider's translation that does not know its public address hands out the private one. */
function judgeRelayed({ transport }: IceHost, relayed: string, asked: string, shown: string): Outcome {
  if (isPrivate(relayed) && !isPrivate(asked)) {
    return failed(
      `the relay's address is ${shown}, which nobody outside can reach`,
      `put the public address into /etc/turnserver.conf: external-ip=${asked}/${relayed}; then restart coturn`,
    );
  }
  return ok(`an allocation over ${transport.toUpperCase()}: ${shown}`);
}

/** RFC 1918, RFC 6598, RFC 3927, loopback; RFC 4193 and RFC 4291 for IPv6. */
function isPrivate(address: string): boolean {
  return /^(10\.|127\.|169\.254\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|::1$|f[cd]|fe[89ab])/i.test(
    address,
  );
}
