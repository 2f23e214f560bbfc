/** What a home's or a phone network's router lets through, as packet filter rules (terms of RFC 4787). */
import type { Namespace } from './namespace.ts';

export type NatKind =
  /** A public address and no filter. */
  | 'public'
  /** One mapping for all destinations, open to addresses and ports that were sent to: most homes. */
  | 'cone'
  /** A mapping of its own for each destination: many phone networks and companies. */
  | 'symmetric'
  /** As `cone`, and no UDP. */
  | 'no-udp'
  /** As `cone`, and nothing but the server's page and its TURN port. */
  | 'turn-only';

export interface Allowed {
  readonly address: string;
  readonly tcpPorts: readonly number[];
  readonly udpPorts: readonly number[];
}

/** The interfaces of every router. */
export const LAN = 'lan';
export const WAN = 'wan';

/** `allowed` is what a `turn-only` router lets out. */
export function applyNat(router: Namespace, kind: NatKind, allowed: Allowed): void {
  if (kind === 'public') return;
  const random = kind === 'symmetric' ? ' --random-fully' : '';
  const rules = `*nat
-A POSTROUTING -o ${WAN} -j MASQUERADE${random}
COMMIT
*filter
:INPUT DROP
:FORWARD DROP
-A INPUT -i ${LAN} -j ACCEPT
-A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
-A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
${outgoing(kind, allowed).join('\n')}
COMMIT
`;
  router.run('iptables-restore', [], rules);
}

function outgoing(kind: Exclude<NatKind, 'public'>, allowed: Allowed): string[] {
  switch (kind) {
    case 'cone':
    case 'symmetric':
      return [`-A FORWARD -i ${LAN} -j ACCEPT`];
    case 'no-udp':
      return [`-A FORWARD -i ${LAN} ! -p udp -j ACCEPT`];
    case 'turn-only': {
      const to = `-A FORWARD -i ${LAN} -d ${allowed.address}`;
      return [
        ...allowed.tcpPorts.map((port) => `${to} -p tcp --dport ${port} -j ACCEPT`),
        ...allowed.udpPorts.map((port) => `${to} -p udp --dport ${port} -j ACCEPT`),
      ];
    }
  }
}
