/** The first byte of an H.264 NAL unit (ITU-T H.264, 7.3.1 and Table 7-1), and what can be told from it. */

/** Values of nal_unit_type. Not here: data partitioning's B and C, extensions for scalable and 3D video. */
export const NAL_UNIT_TYPE = {
  slice: 1,
  slicePartitionA: 2,
  idrSlice: 5,
  sei: 6,
  sps: 7,
  pps: 8,
  accessUnitDelimiter: 9,
  endOfSequence: 10,
  endOfStream: 11,
  fillerData: 12,
} as const;

/**
 * nal_unit_type, 0 to 31; 0, "unspecified", for no bytes at all.
 * ```
 *  0 1 2 3 4 5 6 7
 * +-+-+-+-+-+-+-+-+
 * |F|NRI|  Type   |
 * +-+-+-+-+-+-+-+-+
 * ```
 */
export function nalUnitType(nalUnit: Uint8Array): number {
  return (nalUnit[0] ?? 0) & 0x1f;
}

/** nal_ref_idc, 0 to 3; 0 says that no other picture needs this one. */
export function nalRefIdc(nalUnit: Uint8Array): number {
  return ((nalUnit[0] ?? 0) >> 5) & 3;
}

/** A slice, or the first partition of one: the NAL units in which a picture begins. */
export function isSlice(nalUnit: Uint8Array): boolean {
  const type = nalUnitType(nalUnit);
  return (
    type === NAL_UNIT_TYPE.slice || type === NAL_UNIT_TYPE.slicePartitionA || type === NAL_UNIT_TYPE.idrSlice
  );
}

/**
 * Whether a decoder can start at this access unit: it holds an IDR slice. A recovery point without IDR, as
 * intra refresh has them, is not one: browsers do not start there.
 */
export function isKeyframe(nalUnits: readonly Uint8Array[]): boolean {
  return nalUnits.some((nalUnit) => nalUnitType(nalUnit) === NAL_UNIT_TYPE.idrSlice);
}
