/**
 * Still pictures of the streams (SPEC.md, SNAP rules): asks a stream's broadcaster for one, at most once at a time and once
 * in KEPT_MS, and gives what came of it to all who ask. Owns the open requests, what is kept, and their timers.
 */
import { type ClientMessageOf, type Refusal, refuse } from '@perch/protocol';
import type { Member } from '../room.ts';
import type { Rooms } from '../rooms.ts';
import type { Cancel, Scheduler } from '../scheduler.ts';
import { jpegSize } from './jpeg-size.ts';

/** Whoever looks at a page of cameras sees each this old at most; each costs its camera a keyframe. */
export const KEPT_MS = 5_000;

/** A camera that makes keyframes as it likes takes 3 s for one, and as long to encode it where it must. */
export const ANSWER_WITHIN_MS = 8_000;

export type SnapshotOutcome =
  | {
      readonly result: 'taken';
      readonly jpeg: Uint8Array<ArrayBuffer>;
      readonly etag: string;
      readonly goodUntilMs: number;
    }
  | { readonly result: NoSnapshot };

/** Why there is none. `gone`: the broadcaster went while it was asked. */
export type NoSnapshot =
  | 'no-camera'
  | 'busy'
  | 'gone'
  | 'no-answer'
  | 'no-encoder'
  | 'no-picture'
  | 'failed'
  | 'broken';

export interface SnapshotsComponents {
  readonly rooms: Pick<Rooms, 'broadcasterOf'>;
  readonly scheduler: Scheduler;
  /** 22 base64url characters, 128 bits that can't be guessed. */
  readonly randomToken: () => string;
}

type Entry =
  | {
      readonly state: 'asking';
      readonly id: string;
      readonly outcome: Promise<SnapshotOutcome>;
      readonly settle: (outcome: SnapshotOutcome) => void;
      readonly cancel: Cancel;
    }
  | { readonly state: 'kept'; readonly outcome: SnapshotOutcome; readonly cancel: Cancel };

type Asking = Extract<Entry, { state: 'asking' }>;

export class Snapshots {
  readonly #components: SnapshotsComponents;
  /** By stream. */
  readonly #entries = new Map<string, Entry>();

  constructor(components: SnapshotsComponents) {
    this.#components = components;
  }

  /** Streams that are asked, or have something kept. */
  get size(): number {
    return this.#entries.size;
  }

  /** Whoever asks has the right to view the stream. Resolves within ANSWER_WITHIN_MS. */
  take(streamId: string): Promise<SnapshotOutcome> {
    const broadcaster = this.#components.rooms.broadcasterOf(streamId);
    if (broadcaster === undefined) return none('no-camera');
    const entry = this.#entries.get(streamId);
    if (entry?.state === 'kept') return Promise.resolve(entry.outcome);
    if (entry?.state === 'asking') return entry.outcome;
    if (broadcaster.peer.isBehind) return none('busy');
    return this.#ask(streamId, broadcaster);
  }

  /** What a socket sent. Only a stream's broadcaster can answer what it was asked, and only in time. */
  handleAnswer(sender: Member, message: ClientMessageOf<'snapshot'>): Refusal | undefined {
    const { standing } = sender;
    if (standing.role !== 'broadcaster') return refuse('wrong-role', 'only a broadcaster takes pictures');
    const { streamId } = standing.room;
    const entry = this.#entries.get(streamId);
    if (entry?.state !== 'asking' || entry.id !== message.id) return undefined;
    this.#keep(streamId, entry, this.#outcomeOf(message));
    return undefined;
  }

  /** The stream's broadcaster left, or is another one now. */
  handleBroadcasterGone(streamId: string): void {
    const entry = this.#entries.get(streamId);
    if (entry !== undefined) this.#forget(streamId, entry);
  }

  /** Answers who waits. May be called twice. */
  close(): void {
    for (const [streamId, entry] of [...this.#entries]) this.#forget(streamId, entry);
  }

  #ask(streamId: string, broadcaster: Member): Promise<SnapshotOutcome> {
    const id = this.#components.randomToken();
    let settle: Asking['settle'] = () => undefined;
    const outcome = new Promise<SnapshotOutcome>((resolve) => {
      settle = resolve;
    });
    const entry: Asking = {
      state: 'asking',
      id,
      outcome,
      settle,
      cancel: this.#components.scheduler.after(ANSWER_WITHIN_MS, () => {
        this.#keep(streamId, entry, { result: 'no-answer' });
      }),
    };
    this.#entries.set(streamId, entry);
    broadcaster.owesSnapshot = true;
    broadcaster.peer.send({ type: 'snapshot-wanted', id });
    return outcome;
  }

  #outcomeOf(message: ClientMessageOf<'snapshot'>): SnapshotOutcome {
    const { jpeg: text, width, height, reason } = message;
    if (text === undefined) {
      return { result: reason === 'no-encoder' || reason === 'no-picture' ? reason : 'failed' };
    }
    const jpeg = Uint8Array.from(Buffer.from(text, 'base64'));
    const size = jpegSize(jpeg);
    if (size === undefined || size.width !== width || size.height !== height) return { result: 'broken' };
    const goodUntilMs = this.#components.scheduler.now() + KEPT_MS;
    return { result: 'taken', jpeg, etag: `"${message.id}"`, goodUntilMs };
  }

  #keep(streamId: string, asked: Asking, outcome: SnapshotOutcome): void {
    asked.cancel();
    const cancel = this.#components.scheduler.after(KEPT_MS, () => this.#entries.delete(streamId));
    this.#entries.set(streamId, { state: 'kept', outcome, cancel });
    asked.settle(outcome);
  }

  #forget(streamId: string, entry: Entry): void {
    entry.cancel();
    this.#entries.delete(streamId);
    if (entry.state === 'asking') entry.settle({ result: 'gone' });
  }
}

function none(result: NoSnapshot): Promise<SnapshotOutcome> {
  return Promise.resolve({ result });
}
