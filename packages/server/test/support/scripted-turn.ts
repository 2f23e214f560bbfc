/** A TURN service that answers what the test queued, and a source over it with a clock that the test turns. */
import { AskedIceServers } from '../../src/domain/turn/asked-ice-servers.ts';
import type { IceServerState } from '../../src/domain/turn/ice-session.ts';
import type {
  AskedTurn,
  MintRequest,
  MintResult,
  RevokeResult,
  TurnEvent,
  TurnFailureKind,
} from '../../src/domain/turn/turn-provider.ts';
import { ManualScheduler } from './manual-scheduler.ts';

export const TTL_SECONDS = 600;
export const HALF_MS = (TTL_SECONDS / 2) * 1000;

export const failed = (why: TurnFailureKind = 'unavailable', reason: string = why): MintResult => ({
  ok: false,
  why,
  reason,
});

type Behaviour = 'works' | 'waits' | 'hangs' | 'throws' | MintResult;

export class ScriptedTurn implements AskedTurn {
  readonly asked: MintRequest[] = [];
  readonly signals: AbortSignal[] = [];
  readonly revoked: string[] = [];
  readonly #waiting: (() => void)[] = [];
  /** What it does from now on. */
  mints: Behaviour = 'works';
  revokes: 'works' | 'hangs' | 'fails' = 'works';

  mint(request: MintRequest, signal: AbortSignal): Promise<MintResult> {
    this.asked.push(request);
    this.signals.push(signal);
    const { mints } = this;
    const minted: MintResult = { ok: true, iceServers: [turnServer(request.id)] };
    if (mints === 'hangs') return new Promise(() => {});
    if (mints === 'waits') return new Promise((resolve) => this.#waiting.push(() => resolve(minted)));
    if (mints === 'throws') return Promise.reject(new Error('a bug'));
    return Promise.resolve(mints === 'works' ? minted : mints);
  }

  /** Answers whoever waits. */
  answer(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  revoke(username: string): Promise<RevokeResult> {
    this.revoked.push(username);
    if (this.revokes === 'hangs') return new Promise(() => {});
    return Promise.resolve(
      this.revokes === 'works' ? { ok: true } : { ok: false, why: 'unavailable', reason: 'x' },
    );
  }
}

export const turnServer = (id: string) => ({
  urls: ['turn:turn.example.org:3478?transport=udp'],
  username: `user-${id}`,
  credential: 'c',
});

export function usernameOf({ iceServers }: IceServerState): string | undefined {
  return iceServers.find(({ username }) => username !== undefined)?.username;
}

/** Lets every promise that can go on do so. Nothing here does IO. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
}

export function setUpTurn(mints: Behaviour = 'works', random = 0.5) {
  const scheduler = new ManualScheduler();
  const turn = new ScriptedTurn();
  turn.mints = mints;
  const events: TurnEvent[] = [];
  let ids = 0;
  const source = new AskedIceServers({
    provider: turn,
    ttlSeconds: TTL_SECONDS,
    scheduler,
    random: () => random,
    randomId: () => String(++ids),
    report: (event) => events.push(event),
  });
  const advance = async (ms: number) => {
    scheduler.advance(ms);
    await settle();
  };
  /** In small steps, so that what a timer starts can set the next one. */
  const pass = async (ms: number, stepMs = 100) => {
    for (let left = ms; left > 0; left -= stepMs) await advance(Math.min(left, stepMs));
  };
  const open = (role: 'broadcaster' | 'viewer' = 'viewer') => {
    const renewed: IceServerState[] = [];
    const session = source.open(role, (state) => renewed.push(state));
    return { session, renewed };
  };
  const count = (type: TurnEvent['type']) => events.filter((event) => event.type === type).length;
  return { scheduler, turn, events, source, advance, pass, open, count };
}
