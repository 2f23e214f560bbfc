/** The TURN servers from here: an allocation over UDP, and whether their TCP and TLS ports can be reached. */
import type { IceHost } from './ice-url.ts';
import { findAddresses, isTlsTrouble, tryTcp, tryTls } from './reach.ts';
import { portTrouble } from './server-steps.ts';
import { failed, type Outcome, ok } from './step.ts';
import { StunSocket } from './stun/stun-socket.ts';
import { tryAllocation } from './stun/turn-allocation.ts';
import { written } from './stun-step.ts';

export async function turnStep(turn: IceHost): Promise<Outcome> {
  const found = await findAddresses(turn.host);
  if (!found.ok) {
    return failed(
      `${turn.host} has no address: ${found.code}`,
      'correct TURN_URLS at perch serve, or the DNS record',
    );
  }
  const host = found.addresses[0] ?? turn.host;
  return turn.transport === 'udp' ? await allocate(turn, host) : await reachStream(turn, host);
}

async function allocate(turn: IceHost, host: string): Promise<Outcome> {
  const socket = await StunSocket.connect({ host, port: turn.port });
  try {
    const allocation = await tryAllocation(socket, { host, port: turn.port }, turn);
    switch (allocation.kind) {
      case 'allocated':
        return judgeRelayed(allocation.relayed.host, host, written(allocation.relayed));
      case 'closed':
        return failed(
          `UDP port ${turn.port} of ${turn.host} is closed: the machine answers, and nothing listens there`,
          `does coturn run, on this port? On its machine: systemctl status coturn; sudo ss -ulnp 'sport = :${turn.port}'`,
        );
      case 'no-answer':
        return failed(
          `no answer from ${turn.url} over UDP`,
          `a firewall drops it: at the provider (security group) and with ufw, allow UDP ${turn.port}`,
          "or the network here lets no UDP out: try from another one, such as a phone's hotspot",
        );
      case 'wrong-credentials':
        return failed(
          `${turn.url} answers, and does not take the password`,
          'TURN_SECRET at perch serve and static-auth-secret at coturn must be the same, and coturn needs use-auth-secret',
          'the clocks of both machines must agree, since passwords expire: timedatectl',
        );
      case 'refused':
        return failed(
          `${turn.url} refuses: ${refusal(allocation.code)}`,
          'its log says more: journalctl -u coturn -e',
        );
    }
  } finally {
    socket.close();
  }
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
function judgeRelayed(relayed: string, asked: string, shown: string): Outcome {
  if (isPrivate(relayed) && !isPrivate(asked)) {
    return failed(
      `the relay's address is ${shown}, which nobody outside can reach`,
      `put the public address into /etc/turnserver.conf: external-ip=${asked}/${relayed}; then restart coturn`,
    );
  }
  return ok(`an allocation over UDP: ${shown}`);
}

async function reachStream({ url, host, port, transport }: IceHost, address: string): Promise<Outcome> {
  const reached = await (transport === 'tls' ? tryTls(address, port, host) : tryTcp(address, port));
  if (reached.ok) return ok(`${url} can be reached`);
  if (isTlsTrouble(reached.code)) {
    return failed(
      `${url}: TLS fails with ${reached.code}`,
      "renew coturn's certificate (cert= and pkey=), or leave turns: out of TURN_URLS",
    );
  }
  return failed(...portTrouble(reached.code, port, 'the TURN server'));
}

/** RFC 1918, RFC 6598, RFC 3927, loopback; RFC 4193 and RFC 4291 for IPv6. */
function isPrivate(address: string): boolean {
  return /^(10\.|127\.|169\.254\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|::1$|f[cd]|fe[89ab])/i.test(
    address,
  );
}
