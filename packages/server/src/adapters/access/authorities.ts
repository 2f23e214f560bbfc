/** Makes the authorities of a server. */
import { ClosedAuthority } from '../../domain/access/closed-authority.ts';
import { OpenAuthority } from '../../domain/access/open-authority.ts';
import type { Scheduler } from '../../domain/scheduler.ts';
import { systemScheduler } from '../system-scheduler.ts';
import { JwtTokens } from './jwt-tokens.ts';
import { TokenStore } from './token-store.ts';

/** The secret signs ids of viewers to come back to. With a new one at each start they get new ones after it. */
export function openAuthority(secret: Uint8Array): OpenAuthority {
  return new OpenAuthority(new JwtTokens(secret, Date.now));
}

/** @throws StateFolderError */
export function openTokenStore(
  stateDirectory: string,
  clock: Pick<Scheduler, 'now'> = systemScheduler,
): TokenStore {
  return new TokenStore(stateDirectory, () => clock.now());
}

/** Looks every second for what was revoked, until it is closed. @throws StateFolderError */
export function createClosedAuthority(
  store: TokenStore,
  scheduler: Scheduler = systemScheduler,
  reportTrouble: (error: unknown) => void = () => undefined,
): ClosedAuthority {
  return new ClosedAuthority({ tokens: store.tokens, revocations: store, scheduler, reportTrouble });
}
