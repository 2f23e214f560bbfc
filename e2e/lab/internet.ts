/**
 * The lab's network: a bridge as the internet, a server on it with a public address, and sites, each a host behind a
 * router. Addresses are those for documentation and benchmarks (RFC 5737, RFC 2544): none can be a real one.
 *
 *     vps ──┐
 *           ├── internet ──┬── home-nat ── home
 *           │              ├── phone-nat ── phone
 *                          └── desk-nat ── desk
 */
import { fileURLToPath } from 'node:url';
import { LabProcess } from './lab-process.ts';
import { Link } from './link.ts';
import { Namespace } from './namespace.ts';
import { applyNat, LAN, type NatKind, WAN } from './nat.ts';

export const SERVER_ADDRESS = '203.0.113.10';
export const PAGE_PORT = 8080;
export const TURN_PORT = 3478;

export const PUBLIC_STUN_NAMES = ['stun.l.google.com', 'stun.cloudflare.com'];

/** Where the public STUN servers' names lead in the lab, so that settings are as in the field. */
const HOSTS = [`${SERVER_ADDRESS} ${PUBLIC_STUN_NAMES.join(' ')}`];

const GATEWAY = '203.0.113.1';

/** Of its own. A bridge else takes the lowest of what is plugged in, and who knew the one before reaches nobody for half a minute. */
const GATEWAY_MAC = '02:00:00:00:00:01';

export type SiteName = 'home' | 'phone' | 'desk';

/** The router's public address, and the host's network: a public one for a site without NAT. */
const SITES = {
  home: { wan: '203.0.113.20', privateNet: '192.168.1', publicNet: '198.51.100' },
  phone: { wan: '203.0.113.30', privateNet: '192.168.2', publicNet: '192.0.2' },
  desk: { wan: '203.0.113.40', privateNet: '192.168.3', publicNet: '198.18.0' },
} as const;

/** What a packet meets on its way between the internet and a site, in both directions. */
export interface Distance {
  readonly delayMs: number;
  /** At most this much more, at random; the order stays. */
  readonly jitterMs: number;
  /** Packets that others overtake. */
  readonly reorderedShare: number;
}

export interface Site {
  readonly host: Namespace;
  readonly router: Namespace;
  /** From the internet to this site. */
  readonly downlink: Link;
}

export class Internet {
  readonly vps: Namespace;
  readonly #core: Namespace;

  constructor() {
    this.#core = new Namespace('internet');
    forward(this.#core);
    this.#core.ip(`link add bridge address ${GATEWAY_MAC} type bridge
link set bridge up
address add ${GATEWAY}/24 dev bridge`);
    this.vps = new Namespace('vps', HOSTS);
    this.#plug(this.vps, 'vps', SERVER_ADDRESS);
  }

  async addSite(name: SiteName, nat: NatKind, distance?: Distance): Promise<Site> {
    const { wan, privateNet, publicNet } = SITES[name];
    const net = nat === 'public' ? publicNet : privateNet;
    const router = new Namespace(`${name}-nat`);
    forward(router);
    if (distance !== undefined) await this.#stretch(router, name, distance);
    this.#plug(router, name, wan, distance === undefined);
    const host = new Namespace(name, HOSTS);
    router.ip(`link add ${LAN} type veth peer name eth0 netns ${host.name}
link set ${LAN} up
address add ${net}.1/24 dev ${LAN}`);
    host.ip(`link set eth0 up
address add ${net}.2/24 dev eth0
route add default via ${net}.1`);
    if (nat === 'public') this.#core.ip(`route add ${net}.0/24 via ${wan}`);
    applyNat(router, nat, {
      address: SERVER_ADDRESS,
      tcpPorts: [PAGE_PORT, TURN_PORT],
      udpPorts: [TURN_PORT],
    });
    return { host, router, downlink: new Link(this.#core, `to-${name}`, router) };
  }

  #plug(namespace: Namespace, name: string, address: string, newWire = true): void {
    if (newWire) this.#core.ip(`link add to-${name} type veth peer name ${WAN} netns ${namespace.name}`);
    this.#core.ip(`link set to-${name} master bridge up`);
    namespace.ip(`link set ${WAN} up
address add ${address}/24 dev ${WAN}
route add default via ${GATEWAY}`);
  }

  /** Lays the cable of a site as a program. The taps stay that program's wherever they are moved. */
  async #stretch(router: Namespace, name: string, distance: Distance): Promise<void> {
    const { delayMs, jitterMs, reorderedShare } = distance;
    const far = `wan-${name}`;
    const program = fileURLToPath(new URL('slow-wire.js', import.meta.url));
    const numbers = [delayMs, jitterMs, reorderedShare].map(String);
    const wire = new LabProcess(this.#core, process.execPath, [program, `to-${name}`, far, ...numbers]);
    await wire.says(/wire is up/);
    this.#core.ip(`link set ${far} netns ${router.name}`);
    router.ip(`link set ${far} name ${WAN}`);
  }
}

function forward(namespace: Namespace): void {
  namespace.set('net.ipv4.ip_forward', 1);
  // Else hosts on the bridge learn of each other and leave the router out.
  for (const which of ['all', 'default']) namespace.set(`net.ipv4.conf.${which}.send_redirects`, 0);
}
