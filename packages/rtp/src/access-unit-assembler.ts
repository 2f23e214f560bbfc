/**
 * Groups NAL units into access units, one for each picture (ITU-T H.264, 7.4.1.2.3). Pure: no clock.
 *
 * A picture's first slice is known by first_mb_in_slice = 0, by IDR after non-IDR, or by the change of nal_ref_idc
 * to or from 0. Not here: the other comparisons of 7.4.1.2.4 (frame_num and so on), which only matter where slices
 * come in arbitrary order or the first one was lost; redundant pictures; pictures of two fields, which come out as two.
 */
import { isKeyframe, isSlice, NAL_UNIT_TYPE, nalRefIdc, nalUnitType } from './h264/nal-unit.ts';

/** One picture and the parameter sets before it, in the order they came; never empty of slices. */
export interface AccessUnit {
  readonly nalUnits: readonly Uint8Array[];
  /** A decoder can start here: the picture is an IDR picture. */
  readonly keyframe: boolean;
}

/**
 * Owns the NAL units of the picture under way.
 *
 * Access unit delimiters and filler data end here: in RTP the timestamp and the marker bit delimit a picture, and
 * filler is bytes that a constant bit rate wanted but no decoder does. A delimiter still marks a boundary.
 */
export class AccessUnitAssembler {
  /**
   * Slices without the beginning of their picture, dropped: after a `flush()` in the middle of a picture, or at the
   * start of a stream. If it grows, the source writes pictures in pieces and flush is called too early.
   */
  lateSlices = 0;

  #nalUnits: Uint8Array[] = [];
  #lastSlice: Uint8Array | undefined;

  /** Takes the next NAL unit. Returns the picture before it if this one shows that it was complete. */
  push(nalUnit: Uint8Array): AccessUnit | undefined {
    const type = nalUnitType(nalUnit);
    const complete = this.#startsAccessUnit(nalUnit, type) ? this.flush() : undefined;
    if (
      nalUnit.length === 0 ||
      type === NAL_UNIT_TYPE.accessUnitDelimiter ||
      type === NAL_UNIT_TYPE.fillerData
    ) {
      return complete;
    }
    if (isSlice(nalUnit)) {
      if (this.#lastSlice === undefined && !isFirstSlice(nalUnit)) {
        this.lateSlices++;
        return complete;
      }
      this.#lastSlice = nalUnit;
    }
    this.#nalUnits.push(nalUnit);
    return complete;
  }

  /**
   * Gives the picture under way without waiting for the next one: when the pipe has been idle, or at the end.
   * Parameter sets that wait for their picture stay.
   */
  flush(): AccessUnit | undefined {
    if (this.#lastSlice === undefined) return undefined;
    const nalUnits = this.#nalUnits;
    this.#nalUnits = [];
    this.#lastSlice = undefined;
    return { nalUnits, keyframe: isKeyframe(nalUnits) };
  }

  #startsAccessUnit(nalUnit: Uint8Array, type: number): boolean {
    const last = this.#lastSlice;
    if (last === undefined) return false;
    if (isSlice(nalUnit)) {
      const isIdr = type === NAL_UNIT_TYPE.idrSlice;
      const lastIsIdr = nalUnitType(last) === NAL_UNIT_TYPE.idrSlice;
      return (
        isFirstSlice(nalUnit) || isIdr !== lastIsIdr || (nalRefIdc(nalUnit) === 0) !== (nalRefIdc(last) === 0)
      );
    }
    // 7.4.1.2.3: these come before the slices of a picture, so after slices they belong to the next one.
    return (
      (type >= NAL_UNIT_TYPE.sei && type <= NAL_UNIT_TYPE.accessUnitDelimiter) || (type >= 14 && type <= 18)
    );
  }
}

/** first_mb_in_slice is the first field of a slice header; as ue(v) the value 0 is the one bit 1. */
function isFirstSlice(nalUnit: Uint8Array): boolean {
  return ((nalUnit[1] ?? 0) & 0x80) !== 0;
}
