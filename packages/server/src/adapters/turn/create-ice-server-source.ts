/** Makes the source of ICE servers that the options ask for. */

import type { Scheduler } from '../../domain/scheduler.ts';
import { AskedIceServers } from '../../domain/turn/asked-ice-servers.ts';
import { ComputedIceServers } from '../../domain/turn/computed-ice-servers.ts';
import { noIceServers, stunOnly } from '../../domain/turn/fixed-ice-servers.ts';
import type { IceServerSource } from '../../domain/turn/ice-session.ts';
import type { TurnEvent } from '../../domain/turn/turn-provider.ts';
import type { TurnOptions } from '../../server-options.ts';
import { CloudflareTurn } from './cloudflare-turn.ts';
import { SharedSecretTurn } from './shared-secret-turn.ts';
import { StaticTurn } from './static-turn.ts';

/** Long enough for a page to load and connect, with renewals few; short enough that a leaked one is worth little. */
const DEFAULT_TURN_TTL_SECONDS = 600;

interface IceServerSourceComponents {
  readonly scheduler: Scheduler;
  readonly random: () => number;
  readonly randomId: () => string;
  readonly report: (event: TurnEvent) => void;
}

export function createIceServerSource(
  turn: TurnOptions,
  components: IceServerSourceComponents,
): IceServerSource {
  switch (turn.kind) {
    case 'none':
      return noIceServers;
    case 'stun':
      return stunOnly;
    case 'cloudflare':
      return new AskedIceServers({ ...components, ...ttlOf(turn), provider: new CloudflareTurn(turn) });
    case 'shared-secret': {
      const provider = new SharedSecretTurn(turn, () => components.scheduler.now());
      return new ComputedIceServers({ ...components, ...ttlOf(turn), provider });
    }
    case 'static':
      return new ComputedIceServers({ ...components, ...ttlOf({}), provider: new StaticTurn(turn) });
  }
}

function ttlOf(turn: { readonly ttlSeconds?: number }): { readonly ttlSeconds: number } {
  return { ttlSeconds: turn.ttlSeconds ?? DEFAULT_TURN_TTL_SECONDS };
}
