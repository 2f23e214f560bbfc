/**
 * Who may read the metrics: programs on this machine, and who has the owner's token. A request that a proxy on this
 * machine passes on comes from elsewhere, whatever its TCP address.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import ipaddr from 'ipaddr.js';
import { tokenOf } from './token-of.ts';

export function mayReadMetrics(request: IncomingMessage, metricsToken: string | undefined): boolean {
  if (metricsToken !== undefined && isSame(tokenOf(request) ?? '', metricsToken)) return true;
  const { remoteAddress = '' } = request.socket;
  const passedOn = ['x-forwarded-for', 'forwarded', 'via'].some(
    (name) => request.headers[name] !== undefined,
  );
  return !passedOn && ipaddr.isValid(remoteAddress) && ipaddr.process(remoteAddress).range() === 'loopback';
}

/** In a time that does not depend on where they differ. */
function isSame(one: string, other: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
