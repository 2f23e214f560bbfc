import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AccessUnit, AccessUnitAssembler } from '../src/index.ts';
import { hex, toHex } from './support/bytes.ts';

const AUD = '09 10';
const SPS = '67 42 c0 1f';
const PPS = '68 ce';
const SEI = '06 05 80';
const FILLER = '0c ff 80';
const IDR = '65 88';
const IDR_NEXT_SLICE = '65 40';
const SLICE = '41 9a';
const NEXT_SLICE = '41 40';
const UNREFERENCED = '01 9a';

function show(accessUnit: AccessUnit | undefined): string | undefined {
  if (accessUnit === undefined) return undefined;
  return `${accessUnit.keyframe ? 'key: ' : ''}${accessUnit.nalUnits.map(toHex).join(', ')}`;
}

function assemble(...nalUnits: string[]): string[] {
  const assembler = new AccessUnitAssembler();
  const shown = [...nalUnits.map((nalUnit) => show(assembler.push(hex(nalUnit)))), show(assembler.flush())];
  return shown.filter((accessUnit) => accessUnit !== undefined);
}

describe('AccessUnitAssembler (H.264, 7.4.1.2.3)', () => {
  test('a slice with first_mb_in_slice 0 begins a picture, others go on with it', () => {
    expect(assemble(IDR, IDR_NEXT_SLICE, SLICE, NEXT_SLICE, NEXT_SLICE, SLICE)).toEqual([
      `key: ${IDR}, ${IDR_NEXT_SLICE}`,
      `${SLICE}, ${NEXT_SLICE}, ${NEXT_SLICE}`,
      SLICE,
    ]);
  });

  test('parameter sets and SEI belong to the picture after them', () => {
    expect(assemble(SPS, PPS, SEI, IDR, SLICE, SEI, SLICE, SPS, PPS, IDR)).toEqual([
      `key: ${SPS}, ${PPS}, ${SEI}, ${IDR}`,
      SLICE,
      `${SEI}, ${SLICE}`,
      `key: ${SPS}, ${PPS}, ${IDR}`,
    ]);
  });

  test.each([AUD, SPS, PPS, SEI, '0e 80', '12 80'])(
    '%s after a slice completes the picture at once',
    (nalUnit) => {
      const assembler = new AccessUnitAssembler();
      assembler.push(hex(SLICE));
      expect(show(assembler.push(hex(nalUnit)))).toBe(SLICE);
    },
  );

  test('delimiters and filler are not passed on', () => {
    expect(assemble(AUD, SPS, PPS, IDR, FILLER, AUD, SLICE, FILLER, NEXT_SLICE)).toEqual([
      `key: ${SPS}, ${PPS}, ${IDR}`,
      `${SLICE}, ${NEXT_SLICE}`,
    ]);
  });

  test('an end of sequence belongs to the picture before it', () => {
    expect(assemble(IDR, '0a', IDR)).toEqual([`key: ${IDR}, 0a`, `key: ${IDR}`]);
  });

  test('7.4.1.2.4: the change from IDR to non-IDR, or of nal_ref_idc to 0, begins a picture', () => {
    expect(assemble(IDR, NEXT_SLICE)).toEqual([`key: ${IDR}`]);
    expect(assemble(SLICE, UNREFERENCED, SLICE)).toEqual([SLICE, UNREFERENCED, SLICE]);
  });

  test('flush gives the picture under way, and the next one is not affected', () => {
    const assembler = new AccessUnitAssembler();
    expect(assembler.flush()).toBeUndefined();
    assembler.push(hex(SLICE));
    expect(show(assembler.flush())).toBe(SLICE);
    expect(assembler.flush()).toBeUndefined();
    expect(assembler.push(hex(AUD))).toBeUndefined();
    expect(assembler.push(hex(SLICE))).toBeUndefined();
    expect(show(assembler.flush())).toBe(SLICE);
    expect(assembler.lateSlices).toBe(0);
  });

  test('flush keeps parameter sets that wait for their picture', () => {
    const assembler = new AccessUnitAssembler();
    assembler.push(hex(SPS));
    assembler.push(hex(PPS));
    expect(assembler.flush()).toBeUndefined();
    assembler.push(hex(IDR));
    expect(show(assembler.flush())).toBe(`key: ${SPS}, ${PPS}, ${IDR}`);
  });

  test('slices that come after their picture was flushed are dropped and counted', () => {
    const assembler = new AccessUnitAssembler();
    assembler.push(hex(SLICE));
    assembler.flush();
    expect(assembler.push(hex(NEXT_SLICE))).toBeUndefined();
    expect(assembler.flush()).toBeUndefined();
    expect(assembler.lateSlices).toBe(1);
    assembler.push(hex(SLICE));
    expect(show(assembler.flush())).toBe(SLICE);
  });

  test('any NAL units: an access unit has a slice, and every slice is in one or counted', () => {
    const nalUnit = fc.constantFrom(
      AUD,
      SPS,
      PPS,
      SEI,
      FILLER,
      IDR,
      IDR_NEXT_SLICE,
      SLICE,
      NEXT_SLICE,
      '',
      '41',
    );
    fc.assert(
      fc.property(fc.array(fc.option(nalUnit, { nil: undefined })), (steps) => {
        const assembler = new AccessUnitAssembler();
        const given = [...steps, undefined].map((step) =>
          step === undefined ? assembler.flush() : assembler.push(hex(step)),
        );
        const isSlice = (bytes: Uint8Array) => [1, 5].includes(bytes[0]! & 0x1f);
        const units = given.filter((unit) => unit !== undefined);
        for (const unit of units) expect(unit.nalUnits.some(isSlice)).toBe(true);
        const out = units.flatMap((unit) => unit.nalUnits.filter(isSlice)).length;
        const slicesIn = steps.filter((step) => step !== undefined && isSlice(hex(step))).length;
        expect(out + assembler.lateSlices).toBe(slicesIn);
      }),
    );
  });
});
