/** A site without the internet: behind a router that passes nothing on, or at a host whose cable is out. */
import type { Site } from './internet.ts';

export interface Outage {
  end(): void;
}

const EVERYTHING = ['FORWARD', '-j', 'DROP'];

/** Nobody at the site is told: its packets just get no answer. */
export function silenceRouter({ router }: Site): Outage {
  router.run('iptables', ['-I', ...EVERYTHING]);
  return { end: () => void router.run('iptables', ['-D', ...EVERYTHING]) };
}

/** The host knows, as a phone does that has left its Wi-Fi. */
export function unplugHost({ host }: Site): Outage {
  // The kernel forgets it with the link.
  const route = host.run('ip', ['route', 'show', 'default']).trim();
  host.ip('link set eth0 down');
  return { end: () => host.ip(`link set eth0 up\nroute add ${route}`) };
}
