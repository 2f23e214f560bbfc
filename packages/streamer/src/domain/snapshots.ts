/**
 * Still pictures for those who do not watch (SPEC.md, SNAP rules): has a keyframe of the main layer made into a JPEG and
 * answers the server, in a picture or in a word. One at a time; who asks meanwhile is answered by the same one.
 *
 * Never throws, and holds up no picture: decoding and encoding are somebody else's threads.
 */
import { type ClientMessageOf, MAX_SNAPSHOT_BYTES, oneLine } from '@perch/protocol';
import type { AccessUnit } from '@perch/rtp';
import type { Logger } from 'pino';
import type { Broadcast } from './broadcast.ts';
import type { Clock } from './clock.ts';
import type { PictureSize } from './video-source.ts';

export interface Jpeg extends PictureSize {
  readonly bytes: Uint8Array;
}

/** Makes a JPEG of MAX_SNAPSHOT_BYTES at most of a keyframe with its parameter sets. */
export type EncodeJpeg = (keyframe: AccessUnit) => Promise<JpegOutcome>;

export type JpegOutcome =
  | { readonly ok: true; readonly jpeg: Jpeg }
  | { readonly ok: false; readonly reason: 'no-encoder' | 'failed' };

export interface SnapshotsComponents {
  readonly broadcast: Broadcast;
  readonly clock: Clock;
  readonly log: Logger;
  readonly encodeJpeg: EncodeJpeg;
}

/** The camera of rpicam-vid makes one every 2 s; where they come more rarely, the newest will do. */
export const KEYFRAME_WITHIN_MS = 3_000;

/** A fraction of a second on a small Pi. What takes longer hangs, or the machine has better to do. */
export const ENCODED_WITHIN_MS = 3_000;

/** A server asks for one at a time, and again when it has waited in vain. More is a fault of it, and waits for nothing. */
export const MAX_WAITING = 8;

type Answer = Omit<ClientMessageOf<'snapshot'>, 'type' | 'id'>;

export class Snapshots {
  readonly #components: SnapshotsComponents;
  readonly #send: (message: ClientMessageOf<'snapshot'>) => void;
  #waiting: string[] = [];
  #encoding = false;
  #cancel: () => void = () => undefined;

  constructor(components: SnapshotsComponents, send: (message: ClientMessageOf<'snapshot'>) => void) {
    this.#components = components;
    this.#send = send;
  }

  handleWanted({ id }: { readonly id: string }): void {
    if (this.#waiting.length >= MAX_WAITING) return;
    this.#waiting.push(id);
    if (this.#waiting.length > 1) return;
    // One that took too long still runs; another beside it would only make both slower.
    if (this.#encoding) this.#answer({ reason: 'failed' });
    else this.#takeKeyframe();
  }

  /** Whoever waits is not answered any more: the server is gone, or we are. May be called twice. */
  forget(): void {
    this.#cancel();
    this.#waiting = [];
  }

  #takeKeyframe(): void {
    const { broadcast, clock } = this.#components;
    const cancelWish = broadcast.wantKeyframe((keyframe) => {
      this.#cancel();
      this.#encode(keyframe);
    });
    // A keyframe that was there already is being encoded by now.
    if (this.#encoding) return;
    const cancelTimer = clock.after(KEYFRAME_WITHIN_MS, () => {
      this.#cancel();
      const newest = broadcast.newestKeyframe;
      if (newest === undefined) this.#answer({ reason: 'no-picture' });
      else this.#encode(newest);
    });
    this.#cancel = () => {
      cancelWish();
      cancelTimer();
    };
  }

  #encode(keyframe: AccessUnit): void {
    this.#encoding = true;
    const giveUp = () => this.#fail('it took too long');
    const cancelTimer = this.#components.clock.after(ENCODED_WITHIN_MS, giveUp);
    this.#cancel = cancelTimer;
    this.#components
      .encodeJpeg(keyframe)
      .then(
        (outcome) => this.#handleOutcome(outcome),
        (error: unknown) => this.#fail(oneLine(error)),
      )
      .finally(() => {
        this.#encoding = false;
        cancelTimer();
      });
  }

  #handleOutcome(outcome: JpegOutcome): void {
    if (!outcome.ok) {
      this.#answer({ reason: outcome.reason });
      return;
    }
    const { bytes, width, height } = outcome.jpeg;
    if (bytes.length > MAX_SNAPSHOT_BYTES) this.#fail('the picture is too large for a message');
    else this.#answer({ jpeg: Buffer.from(bytes).toString('base64'), width, height });
  }

  #fail(reason: string): void {
    // Who was told already, or does not wait any more, need not be told again; nor does the log.
    if (this.#waiting.length === 0) return;
    this.#components.log.warn({ reason }, 'no still picture could be made');
    this.#answer({ reason: 'failed' });
  }

  #answer(answer: Answer): void {
    const ids = this.#waiting;
    this.#waiting = [];
    for (const id of ids) this.#send({ type: 'snapshot', id, ...answer });
  }
}
