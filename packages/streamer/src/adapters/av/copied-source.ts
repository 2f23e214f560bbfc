/**
 * A video source whose H.264 is coded by the camera and passed on as it is: costs next to nothing. Its rate is the
 * camera's; a smaller layer is made of its pictures when somebody needs it. Owns the input.
 */

import type { VideoFormat } from '@perch/rtp';
import { type AccessUnit, AccessUnitAssembler, NAL_UNIT_TYPE, nalUnitType, splitAnnexB } from '@perch/rtp';
import { SilenceWatch } from '../../domain/silence-watch.ts';
import type { PictureSize, VideoLayer, VideoSource, VideoSourceEvents } from '../../domain/video-source.ts';
import { FixedRateLayer } from '../fixed-rate-layer.ts';
import { TranscodedLow, type TranscodedLowComponents } from '../transcoded-low.ts';
import type { VideoInput } from './video-input.ts';

export class CopiedSource implements VideoSource {
  readonly main: FixedRateLayer;
  readonly #input: VideoInput;
  readonly #events: VideoSourceEvents;
  readonly #components: TranscodedLowComponents;
  readonly #low: TranscodedLow | undefined;
  readonly #watch: SilenceWatch;
  /** As the camera described the stream before it began. */
  readonly #parameterSets: readonly Uint8Array[];
  #ended = false;

  /** `format` says about what the camera sends. The input is closed with the source. */
  constructor(
    input: VideoInput,
    format: VideoFormat,
    components: TranscodedLowComponents,
    events: VideoSourceEvents,
  ) {
    this.#input = input;
    this.#events = events;
    this.#components = components;
    this.main = new FixedRateLayer(components.clock, format.bitsPerSecond);
    this.#low = TranscodedLow.below(format, components, events);
    const { extradata } = input.parameters;
    this.#parameterSets = extradata === null ? [] : splitAnnexB(Uint8Array.from(extradata));
    const { silentAfterMs } = input.address;
    this.#watch = new SilenceWatch(components.clock, { ...format, silentAfterMs }, (reason) =>
      this.#end(reason),
    );
    void input
      .read((packet) => {
        this.#watch.handleLife();
        if (packet.data !== null) this.#give(Uint8Array.from(packet.data));
        return Promise.resolve();
      })
      .then((reason) => this.#end(reason));
  }

  get size(): PictureSize | undefined {
    return this.main.size;
  }

  get low(): VideoLayer | undefined {
    return this.#low?.failed === true ? undefined : this.#low;
  }

  async close(): Promise<void> {
    this.#ended = true;
    this.#watch.close();
    await Promise.all([this.#input.close(), this.#low?.close()]);
  }

  #give(bytes: Uint8Array): void {
    if (this.#ended) return;
    const accessUnit = accessUnitOf(bytes, this.#parameterSets);
    if (accessUnit === undefined) return;
    const picture = { layer: 'main', accessUnit, capturedMs: this.#components.clock.nowMs() } as const;
    this.main.handlePicture(picture);
    this.#events.onPicture(picture);
    this.#low?.handleMainPicture(picture);
  }

  #end(reason: string): void {
    this.#watch.close();
    if (this.#ended) return;
    this.#ended = true;
    this.#events.onEnded(reason);
  }
}

/** One packet is one picture. A keyframe that comes without parameter sets is given those of the description. */
function accessUnitOf(bytes: Uint8Array, parameterSets: readonly Uint8Array[]): AccessUnit | undefined {
  const assembler = new AccessUnitAssembler();
  for (const nalUnit of splitAnnexB(bytes)) assembler.push(nalUnit);
  const accessUnit = assembler.flush();
  if (accessUnit === undefined || !accessUnit.keyframe) return accessUnit;
  const hasSets = accessUnit.nalUnits.some((nalUnit) => nalUnitType(nalUnit) === NAL_UNIT_TYPE.sps);
  return hasSets ? accessUnit : { ...accessUnit, nalUnits: [...parameterSets, ...accessUnit.nalUnits] };
}
