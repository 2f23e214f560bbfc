/** A video source whose H.264 is coded by the camera and passed on as it is: costs next to nothing. */
import {
  type AccessUnit,
  AccessUnitAssembler,
  NAL_UNIT_TYPE,
  nalUnitType,
  splitAnnexB,
  type VideoFormat,
} from '@perch/rtp';
import type { VideoSource, VideoSourceEvents } from '../../domain/video-source.ts';
import { FixedSource } from '../fixed-source.ts';
import type { TranscodedLowComponents } from '../transcoded-low.ts';
import type { VideoInput } from './video-input.ts';

/** `format` says about what the camera sends. The input is closed with the source. */
export function copiedSource(
  input: VideoInput,
  format: VideoFormat,
  components: TranscodedLowComponents,
  events: VideoSourceEvents,
): VideoSource {
  const { extradata } = input.parameters;
  // As the camera described the stream before it began.
  const parameterSets = extradata === null ? [] : splitAnnexB(Uint8Array.from(extradata));
  const { silentAfterMs } = input.address;
  const closeInput = () => input.close();
  const source = new FixedSource({ format, silentAfterMs, closeInput }, components, events);
  void input
    .read((packet) => {
      source.handleLife();
      const accessUnit =
        packet.data === null ? undefined : accessUnitOf(Uint8Array.from(packet.data), parameterSets);
      if (accessUnit !== undefined) source.handlePicture(accessUnit);
      return Promise.resolve();
    })
    .then((reason) => source.handleEnd(reason));
  return source;
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
