/** Makes the authorities of a server. */
import { ClosedAuthority } from '../../domain/access/closed-authority.ts';
import { OpenAuthority } from '../../domain/access/open-authority.ts';
import type { Scheduler } from '../../domain/scheduler.ts';
import { systemScheduler } from '../system-scheduler.ts';
import { JwtTokens } from './jwt-tokens.ts';
import { TokenStore } from './token-store.ts';

/** With a store, viewers have their ids back even after a restart; with a secret, while that is the same. */
export function openAuthority(source: Uint8Array | TokenStore): OpenAuthority {
  return new OpenAuthority(source instanceof TokenStore ? source.tokens : new JwtTokens(source, Date.now));
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
