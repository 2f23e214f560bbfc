/**
 * Keeps a source running: opens it, and when it ends opens it again after a pause that grows, and not before
 * it is gone. The viewers' connections are not touched; they see the last picture until the next keyframe.
 */
import { oneLine } from '@perch/protocol';
import type { Logger } from 'pino';
import { BackOff, type BackOffLimits } from './back-off.ts';
import type { Broadcast } from './broadcast.ts';
import type { Clock } from './clock.ts';
import type { OpenVideoSource, VideoSource } from './video-source.ts';

/** A camera program that failed once mostly works at the next try; one that keeps failing costs little. */
const RESTART: BackOffLimits = { firstMs: 500, maxMs: 5_000 };

/** A source that ran for this long has not failed to start. */
const STABLE_AFTER_MS = 10_000;

/** What viewers are told of the camera (SPEC.md, STATE1). */
export type CameraState = 'live' | 'camera-restarting';

export interface SupervisedSourceComponents {
  readonly open: OpenVideoSource;
  readonly broadcast: Broadcast;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  /** The source ended, or gives pictures: for the first time, or again. */
  readonly onCameraState: (state: CameraState) => void;
}

type State =
  | { readonly state: 'idle' }
  | { readonly state: 'opening'; readonly opened: Promise<void> }
  | { readonly state: 'running'; readonly source: VideoSource; readonly sinceMs: number }
  | { readonly state: 'pausing'; readonly cancel: () => void; readonly ended: Promise<void> }
  | { readonly state: 'closed' };

export class SupervisedSource {
  readonly #components: SupervisedSourceComponents;
  readonly #backOff: BackOff;
  #state: State = { state: 'idle' };
  #cameraState: CameraState | undefined;
  #closed: Promise<void> | undefined;

  constructor(components: SupervisedSourceComponents) {
    this.#components = components;
    this.#backOff = new BackOff(RESTART, components.random);
  }

  get state(): State['state'] {
    return this.#state.state;
  }

  /** Opens the source the first time; rejects if that fails, and then does not try again. */
  start(): Promise<void> {
    const opened = this.#open();
    this.#state = { state: 'opening', opened };
    return opened;
  }

  /** Ends the source for good; resolves when nothing of it is left. May be called twice. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    const before = this.#state;
    this.#state = { state: 'closed' };
    this.#components.broadcast.useSource(undefined);
    if (before.state === 'pausing') {
      before.cancel();
      await before.ended;
    }
    if (before.state === 'running') await before.source.close();
    if (before.state === 'opening') await before.opened.catch(() => undefined);
  }

  async #open(): Promise<void> {
    const { open, broadcast, clock } = this.#components;
    let opened: VideoSource | undefined;
    let ended: string | undefined;
    const source = await open({
      isWanted: (layer) => broadcast.isWanted(layer),
      onPicture: (picture) => {
        if (ended !== undefined || this.#state.state === 'closed') return;
        broadcast.handlePicture(picture);
        // The first that a viewer can see.
        if (picture.accessUnit.keyframe) this.#tell('live');
      },
      onEnded: (reason) => {
        if (ended !== undefined) return;
        ended = reason;
        if (opened !== undefined && this.#state.state !== 'closed') this.#restart(reason, opened);
      },
    });
    opened = source;
    if (this.#state.state === 'closed') {
      await source.close();
      return;
    }
    this.#state = { state: 'running', source, sinceMs: clock.nowMs() };
    broadcast.useSource(source);
    if (ended !== undefined) this.#restart(ended, source);
  }

  #restart(reason: string, source?: VideoSource): void {
    const { broadcast, clock, log } = this.#components;
    if (this.#state.state === 'running' && clock.nowMs() - this.#state.sinceMs >= STABLE_AFTER_MS) {
      this.#backOff.reset();
    }
    broadcast.useSource(undefined);
    this.#tell('camera-restarting');
    const pauseMs = Math.round(this.#backOff.next());
    log.warn({ reason, pauseMs }, 'the video source ended; starting it again');
    const ended = source?.close() ?? Promise.resolve();
    const reopen = (): void => {
      if (this.#state.state === 'pausing') this.#reopen();
    };
    // A program that hangs takes longer to end than the pause, and holds the camera until then.
    this.#state = { state: 'pausing', cancel: clock.after(pauseMs, () => void ended.then(reopen)), ended };
  }

  #tell(state: CameraState): void {
    if (state === this.#cameraState) return;
    this.#cameraState = state;
    this.#components.onCameraState(state);
  }

  #reopen(): void {
    const opened = this.#open().catch((error: unknown) => {
      if (this.#state.state !== 'closed') this.#restart(oneLine(error));
    });
    this.#state = { state: 'opening', opened };
  }
}
