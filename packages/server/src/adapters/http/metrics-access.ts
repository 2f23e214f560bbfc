/**
 * Who may read the metrics: programs on this machine, and who has the owner's token. What a proxy on this machine passes
 * on comes from elsewhere, whatever its TCP address: it says so in a header, is one that is trusted, or passes on the
 * name by which the client asked, which it must for pages to work.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import ipaddr from 'ipaddr.js';
import type { ClientAddresses } from './client-address.ts';
import { hostNameOf } from './host-name.ts';
import { tokenOf } from './token-of.ts';

export interface MetricsAccessComponents {
  readonly clientAddresses: Pick<ClientAddresses, 'isProxy'>;
  /** Lets one who is not on this machine read the metrics. */
  readonly metricsToken: string | undefined;
}

export function mayReadMetrics(
  { headers, url, socket }: IncomingMessage,
  { clientAddresses, metricsToken }: MetricsAccessComponents,
): boolean {
  if (metricsToken !== undefined && isSame(tokenOf({ headers, url }) ?? '', metricsToken)) return true;
  const passedOn = ['x-forwarded-for', 'forwarded', 'via'].some((name) => headers[name] !== undefined);
  return (
    !passedOn &&
    isLoopback(socket.remoteAddress) &&
    isLoopback(hostNameOf(headers.host)) &&
    !clientAddresses.isProxy(socket.remoteAddress)
  );
}

function isLoopback(name: string | undefined): boolean {
  if (name === 'localhost') return true;
  return name !== undefined && ipaddr.isValid(name) && ipaddr.process(name).range() === 'loopback';
}

/** In a time that does not depend on where they differ. */
function isSame(one: string, other: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
