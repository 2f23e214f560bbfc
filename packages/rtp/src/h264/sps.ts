/**
 * Reads an H.264 sequence parameter set (ITU-T H.264, 7.3.2.1.1) as far as the picture's size.
 * Not here: the usability information (VUI) that follows it, and the extensions for scalable and 3D video.
 */
import { BitReader, toRbsp } from './bit-reader.ts';
import { NAL_UNIT_TYPE, nalUnitType } from './nal-unit.ts';

/** `width` and `height` are in pixels, after cropping. The first three are bytes, as in an SDP's profile-level-id. */
export interface Sps {
  readonly profileIdc: number;
  /** constraint_set0_flag is the bit of value 128. */
  readonly constraintFlags: number;
  readonly levelIdc: number;
  readonly width: number;
  readonly height: number;
}

/** With every scaling list and VUI field an SPS is below 1 KB. */
const MAX_SPS_BYTES = 4096;

/** 16384 pixels; level 6.2 ends at 1055 macroblocks in one direction, no camera or browser goes there. */
const MAX_MACROBLOCKS_PER_SIDE = 1024;

/** 7.4.2.1.1: num_ref_frames_in_pic_order_cnt_cycle. */
const MAX_POC_CYCLE = 255;

/** 7.3.2.1.1: the profiles whose SPS says how chroma is sampled and may carry scaling lists. */
const HIGH_PROFILES: ReadonlySet<number> = new Set([
  100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135,
]);

/** `nalUnit` is a whole NAL unit with its header byte. Undefined for anything that is not a sound SPS. */
export function parseSps(nalUnit: Uint8Array): Sps | undefined {
  if (nalUnitType(nalUnit) !== NAL_UNIT_TYPE.sps) return undefined;
  const reader = new BitReader(toRbsp(nalUnit, MAX_SPS_BYTES));
  const profileIdc = reader.readBits(8);
  const constraintFlags = reader.readBits(8);
  const levelIdc = reader.readBits(8);
  reader.readUnsigned(); // seq_parameter_set_id

  const chroma = HIGH_PROFILES.has(profileIdc) ? readChroma(reader) : { format: 1, arrayType: 1 };
  reader.readUnsigned(); // log2_max_frame_num_minus4
  if (!skipPictureOrder(reader)) return undefined;
  reader.readUnsigned(); // max_num_ref_frames
  reader.readBit(); // gaps_in_frame_num_value_allowed_flag

  const widthInMacroblocks = reader.readUnsigned() + 1;
  const heightInMapUnits = reader.readUnsigned() + 1;
  const frameMacroblocksOnly = reader.readBit();
  if (frameMacroblocksOnly === 0) reader.readBit(); // mb_adaptive_frame_field_flag
  reader.readBit(); // direct_8x8_inference_flag
  const fieldsPerMapUnit = 2 - frameMacroblocksOnly;
  if (widthInMacroblocks > MAX_MACROBLOCKS_PER_SIDE) return undefined;
  if (heightInMapUnits * fieldsPerMapUnit > MAX_MACROBLOCKS_PER_SIDE) return undefined;

  let width = widthInMacroblocks * 16;
  let height = heightInMapUnits * fieldsPerMapUnit * 16;
  if (reader.readBit() === 1) {
    // frame_cropping_flag; offsets are left, right, top, bottom in units of chroma samples (7-19 to 7-22)
    const unitX = chroma.arrayType === 1 || chroma.arrayType === 2 ? 2 : 1;
    const unitY = (chroma.arrayType === 1 ? 2 : 1) * fieldsPerMapUnit;
    width -= unitX * (reader.readUnsigned() + reader.readUnsigned());
    height -= unitY * (reader.readUnsigned() + reader.readUnsigned());
  }
  if (reader.failed || chroma.format > 3 || width <= 0 || height <= 0) return undefined;
  return { profileIdc, constraintFlags, levelIdc, width, height };
}

/** `arrayType` is ChromaArrayType: 0 also where the three colours are coded as three pictures. */
function readChroma(reader: BitReader): { format: number; arrayType: number } {
  const format = reader.readUnsigned();
  const separatePlanes = format === 3 && reader.readBit() === 1;
  reader.readUnsigned(); // bit_depth_luma_minus8
  reader.readUnsigned(); // bit_depth_chroma_minus8
  reader.readBit(); // qpprime_y_zero_transform_bypass_flag
  if (reader.readBit() === 1) {
    const lists = format === 3 ? 12 : 8;
    for (let list = 0; list < lists; list++)
      if (reader.readBit() === 1) skipScalingList(reader, list < 6 ? 16 : 64);
  }
  return { format, arrayType: separatePlanes ? 0 : format };
}

/** 7.3.2.1.1.1: a scale of 0 ends the list, the rest repeats the last one. */
function skipScalingList(reader: BitReader, size: number): void {
  let scale = 8;
  for (let at = 0; at < size && scale !== 0 && !reader.failed; at++) {
    scale = (scale + reader.readSigned() + 256) % 256;
  }
}

/** False where the SPS cannot be read further. */
function skipPictureOrder(reader: BitReader): boolean {
  const type = reader.readUnsigned();
  if (type === 0) reader.readUnsigned(); // log2_max_pic_order_cnt_lsb_minus4
  if (type !== 1) return type <= 2;
  reader.readBit(); // delta_pic_order_always_zero_flag
  reader.readSigned(); // offset_for_non_ref_pic
  reader.readSigned(); // offset_for_top_to_bottom_field
  const cycle = reader.readUnsigned();
  if (cycle > MAX_POC_CYCLE) return false;
  for (let at = 0; at < cycle; at++) reader.readSigned();
  return true;
}
