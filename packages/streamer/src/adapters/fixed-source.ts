/**
 * A video source whose H.264 somebody else codes, passed on as it is. Its rate is fixed; a smaller layer is made of its
 * pictures when somebody needs it. One that falls silent has ended, as far as `onEnded` is concerned. Owns the smaller layer
 * and a timer; where the pictures come from is the maker's, who says how that is closed.
 */
import type { AccessUnit, VideoFormat } from '@perch/rtp';
import { SilenceWatch } from '../domain/silence-watch.ts';
import type { PictureSize, VideoLayer, VideoSource, VideoSourceEvents } from '../domain/video-source.ts';
import { FixedRateLayer } from './fixed-rate-layer.ts';
import { TranscodedLow, type TranscodedLowComponents } from './transcoded-low.ts';

export interface FixedSourceOptions {
  /** About what it sends. */
  readonly format: VideoFormat;
  /** How long it may be silent; as SilenceWatch has it unless given. */
  readonly silentAfterMs?: number | undefined;
  /** Ends what gives the pictures; resolves when nothing of it is left. */
  readonly closeInput: () => Promise<void>;
}

export class FixedSource implements VideoSource {
  readonly main: FixedRateLayer;
  readonly #low: TranscodedLow | undefined;
  readonly #components: TranscodedLowComponents;
  readonly #events: VideoSourceEvents;
  readonly #closeInput: () => Promise<void>;
  readonly #watch: SilenceWatch;
  #ended = false;

  constructor(
    { format, silentAfterMs, closeInput }: FixedSourceOptions,
    components: TranscodedLowComponents,
    events: VideoSourceEvents,
  ) {
    const { clock } = components;
    this.#components = components;
    this.#events = events;
    this.#closeInput = closeInput;
    this.main = new FixedRateLayer(clock, format.bitsPerSecond);
    this.#low = TranscodedLow.below(format, components, events);
    this.#watch = new SilenceWatch(clock, { ...format, silentAfterMs }, (reason) => this.handleEnd(reason));
  }

  get size(): PictureSize | undefined {
    return this.main.size;
  }

  get low(): VideoLayer | undefined {
    return this.#low?.failed === true ? undefined : this.#low;
  }

  /** Something came, a whole picture or not. */
  handleLife(): void {
    this.#watch.handleLife();
  }

  handlePicture(accessUnit: AccessUnit): void {
    if (this.#ended) return;
    const picture = { layer: 'main', accessUnit, capturedMs: this.#components.clock.nowMs() } as const;
    this.main.handlePicture(picture);
    this.#events.onPicture(picture);
    this.#low?.handleMainPicture(picture);
  }

  /** Nothing more will come. */
  handleEnd(reason: string): void {
    this.#watch.close();
    if (this.#ended) return;
    this.#ended = true;
    this.#events.onEnded(reason);
  }

  async close(): Promise<void> {
    this.#ended = true;
    this.#watch.close();
    await Promise.all([this.#closeInput(), this.#low?.close()]);
  }
}
