/**
 * The low layer: an encoded layer that may fail without taking the main one with it, is tried again, and gives its
 * encoder back when nobody has watched it for a while.
 */
import { oneLine } from '@perch/protocol';
import type { VideoFormat } from '@perch/rtp';
import type { Frame } from 'node-av/lib';
import type { Logger } from 'pino';
import { EncodedLayer, type EncodedLayerEvents } from './encoded-layer.ts';
import { lowFormatOf, oneOf } from './low-format.ts';
import type { OpenPictureEncoder } from './picture-encoder.ts';

/** A viewer who leaves the low layer may be back in it soon; an encoder takes memory. */
const FREE_AFTER_MS = 5_000;

/** What failed once may work again, and one line of log each time is enough. */
const RETRY_AFTER_MS = 5_000;

export class LowLayer {
  readonly layer: EncodedLayer;
  readonly #log: Logger;
  #lastUsedMs = Number.NEGATIVE_INFINITY;
  #retryAtMs = Number.NEGATIVE_INFINITY;

  /** Undefined where the main layer is too small for a smaller one. */
  static below(
    main: VideoFormat,
    components: { readonly openEncoder: OpenPictureEncoder; readonly log: Logger },
    events: EncodedLayerEvents,
  ): LowLayer | undefined {
    const low = lowFormatOf(main);
    if (low === undefined) return undefined;
    const { openEncoder, log } = components;
    const layer = new EncodedLayer(
      { name: 'low', ...low, openEncoder, oneOf: (bitsPerSecond) => oneOf(low.format, bitsPerSecond) },
      events,
    );
    return new LowLayer(layer, log);
  }

  private constructor(layer: EncodedLayer, log: Logger) {
    this.layer = layer;
    this.#log = log;
  }

  /** To be told of every picture, whether anyone watches or not. Never rejects. */
  async encode(frame: Frame, capturedMs: number): Promise<void> {
    try {
      if (this.layer.idle) {
        if (this.layer.isOpen && capturedMs - this.#lastUsedMs >= FREE_AFTER_MS) await this.layer.free();
        return;
      }
      this.#lastUsedMs = capturedMs;
      if (capturedMs >= this.#retryAtMs) await this.layer.encode(frame, capturedMs);
    } catch (error) {
      this.#retryAtMs = capturedMs + RETRY_AFTER_MS;
      const reason = oneLine(error);
      this.#log.warn({ reason, retryMs: RETRY_AFTER_MS }, 'the low layer failed; the main one goes on');
      await this.layer.free();
    }
  }
}
