/**
 * The low layer of a source that is coded already: costs nothing while nobody watches it, not even node-av's memory.
 * With the first rate above 0 it loads a transcoder and gives it the pictures since the newest keyframe; seconds after
 * the last viewer it frees it. Owns the transcoder.
 */
import { oneLine } from '@perch/protocol';
import type { VideoFormat } from '@perch/rtp';
import type { Logger } from 'pino';
import type { Clock } from '../domain/clock.ts';
import type { CodedPicture, VideoLayer, VideoSourceEvents } from '../domain/video-source.ts';
import { lowFormatOf } from './av/low-format.ts';
import type { LowPictureEvents, Transcoder } from './av/transcoder.ts';

/** A viewer who leaves the low layer may be back in it soon. */
const FREE_AFTER_MS = 5_000;

/** Eight seconds at 8 Mbit/s. Where more comes without a keyframe, the low layer waits for the next one. */
const MAX_GROUP_BYTES = 8_000_000;

/** The part of a Transcoder that is used. */
export type LowTranscoder = Pick<Transcoder, 'setBitsPerSecond' | 'requestKeyframe' | 'decode' | 'close'>;

export interface TranscodedLowComponents {
  readonly clock: Clock;
  readonly log: Logger;
  /** Loads node-av. */
  readonly openTranscoder?: (events: LowPictureEvents) => Promise<LowTranscoder>;
}

type State =
  | { readonly state: 'unused' }
  | { readonly state: 'opening'; readonly opened: Promise<void> }
  | { readonly state: 'open'; readonly transcoder: LowTranscoder; cancelFreeing?: (() => void) | undefined }
  | { readonly state: 'failed' }
  | { readonly state: 'closed' };

export class TranscodedLow implements VideoLayer {
  readonly forcesKeyframes = true;
  readonly lowestBitsPerSecond: number;
  readonly highestBitsPerSecond: number;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #open: () => Promise<LowTranscoder>;
  #state: State = { state: 'unused' };
  #freeing: Promise<void> = Promise.resolve();
  #bitsPerSecond = 0;
  /** The pictures since the newest keyframe; empty when there were too many. */
  #group: CodedPicture[] = [];
  #groupBytes = 0;
  /** The transcoder has the pictures up to now. */
  #fed = false;

  /** Undefined where the main layer is too small for a smaller one. */
  static below(
    main: VideoFormat,
    components: TranscodedLowComponents,
    events: VideoSourceEvents,
  ): TranscodedLow | undefined {
    const low = lowFormatOf(main);
    return low === undefined ? undefined : new TranscodedLow(main, low, components, events);
  }

  private constructor(
    main: VideoFormat,
    low: NonNullable<ReturnType<typeof lowFormatOf>>,
    { clock, log, openTranscoder }: TranscodedLowComponents,
    events: VideoSourceEvents,
  ) {
    this.lowestBitsPerSecond = low.lowestBitsPerSecond;
    this.highestBitsPerSecond = low.format.bitsPerSecond;
    this.#clock = clock;
    this.#log = log;
    const give: LowPictureEvents = {
      isWanted: () => events.isWanted('low'),
      onPicture: (picture) => {
        if (this.#bitsPerSecond > 0 && this.#state.state === 'open') events.onPicture(picture);
      },
    };
    this.#open = async () => {
      if (openTranscoder !== undefined) return openTranscoder(give);
      const { Transcoder } = await import('./av/transcoder.ts');
      return Transcoder.open(main, log, give);
    };
  }

  /** There will be no pictures: node-av can't be loaded. */
  get failed(): boolean {
    return this.#state.state === 'failed';
  }

  requestKeyframe(): void {
    if (this.#state.state === 'open') this.#state.transcoder.requestKeyframe();
  }

  setBitsPerSecond(bitsPerSecond: number): void {
    const most = Math.min(bitsPerSecond, this.highestBitsPerSecond);
    this.#bitsPerSecond = bitsPerSecond <= 0 ? 0 : Math.max(most, this.lowestBitsPerSecond);
    const state = this.#state;
    if (state.state === 'unused' && this.#bitsPerSecond > 0) {
      this.#state = { state: 'opening', opened: this.#load() };
    }
    if (state.state !== 'open') return;
    state.transcoder.setBitsPerSecond(this.#bitsPerSecond);
    if (this.#bitsPerSecond > 0) {
      state.cancelFreeing?.();
      state.cancelFreeing = undefined;
      this.#feedGroup();
    } else {
      this.#fed = false;
      state.cancelFreeing ??= this.#clock.after(FREE_AFTER_MS, () => this.#free(state.transcoder));
    }
  }

  /** To be told of every picture of the main layer, in order. */
  handleMainPicture(picture: CodedPicture): void {
    if (picture.accessUnit.keyframe) {
      this.#group = [];
      this.#groupBytes = 0;
    }
    this.#groupBytes += picture.accessUnit.nalUnits.reduce((sum, { length }) => sum + length, 0);
    const startsGroup = picture.accessUnit.keyframe || this.#group.length > 0;
    if (startsGroup && this.#groupBytes <= MAX_GROUP_BYTES) this.#group.push(picture);
    else this.#group = [];
    if (this.#fed && this.#state.state === 'open') this.#state.transcoder.decode([picture]);
    else this.#feedGroup();
  }

  async close(): Promise<void> {
    const before = this.#state;
    this.#state = { state: 'closed' };
    this.#group = [];
    if (before.state === 'opening') await before.opened;
    if (before.state === 'open') {
      before.cancelFreeing?.();
      await before.transcoder.close();
    }
    await this.#freeing;
  }

  async #load(): Promise<void> {
    try {
      await this.#freeing;
      const transcoder = await this.#open();
      if (this.#state.state === 'closed') return await transcoder.close();
      this.#state = { state: 'open', transcoder };
      this.setBitsPerSecond(this.#bitsPerSecond);
    } catch (error) {
      if (this.#state.state === 'closed') return;
      this.#state = { state: 'failed' };
      this.#group = [];
      const reason = oneLine(error);
      this.#log.warn({ reason }, 'no smaller picture for slow viewers: node-av does not work here');
    }
  }

  #feedGroup(): void {
    if (this.#fed || this.#bitsPerSecond === 0 || this.#state.state !== 'open') return;
    if (this.#group.length === 0) return;
    this.#fed = true;
    this.#state.transcoder.decode([...this.#group]);
  }

  #free(transcoder: LowTranscoder): void {
    this.#state = { state: 'unused' };
    this.#fed = false;
    this.#freeing = transcoder.close();
  }
}
