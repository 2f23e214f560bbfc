import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AnnexBReader, joinAnnexB, splitAnnexB } from '../src/index.ts';
import { concat, hex, toHex } from './support/bytes.ts';
import { secondsOfWork } from './support/seconds-of-work.ts';

const STREAM = hex(
  '00 00 00 01 67 42 00 1f 00 00 01 68 ce 00 00 00 01 65 88 00 00 03 01 80 00 00 00 01 41 9a',
);
const NAL_UNITS = ['67 42 00 1f', '68 ce', '65 88 00 00 03 01 80', '41 9a'];

function readAll(reader: AnnexBReader, chunks: readonly Uint8Array[]): string[] {
  const last = [...chunks.flatMap((chunk) => reader.push(chunk)), reader.flush()];
  return last.filter((nalUnit) => nalUnit !== undefined).map(toHex);
}

/** A NAL unit as an encoder makes them: emulation prevention inside, no zero byte at the end. */
const arbitraryNalUnit = fc.uint8Array({ minLength: 1, maxLength: 40 }).map((bytes) => {
  const escaped: number[] = [];
  for (const byte of bytes.map((value) => (value % 3 === 0 ? value % 5 : value))) {
    if (byte <= 3 && escaped.at(-1) === 0 && escaped.at(-2) === 0) escaped.push(3);
    escaped.push(byte);
  }
  return Uint8Array.from([...escaped, 0x80]);
});

const arbitraryStream = fc
  .array(fc.tuple(arbitraryNalUnit, fc.constantFrom('00 00 01', '00 00 00 01', '00 00 00 00 00 01')))
  .map((parts) => ({
    nalUnits: parts.map(([nalUnit]) => toHex(nalUnit)),
    bytes: concat(...parts.flatMap(([nalUnit, startCode]) => [hex(startCode), nalUnit])),
  }));

describe('AnnexBReader', () => {
  test('Annex B: start codes of three and four bytes are told apart from emulation prevention', () => {
    expect(readAll(new AnnexBReader(), [STREAM])).toEqual(NAL_UNITS);
  });

  test('a stream split in two at any offset gives the same NAL units', () => {
    for (let at = 0; at <= STREAM.length; at++) {
      const reader = new AnnexBReader();
      expect(readAll(reader, [STREAM.subarray(0, at), STREAM.subarray(at)]), `split at ${at}`).toEqual(
        NAL_UNITS,
      );
      expect(reader.discardedBytes).toBe(0);
    }
  });

  test('any chunking gives the same NAL units', () => {
    fc.assert(
      fc.property(arbitraryStream, fc.array(fc.nat(60)), ({ nalUnits, bytes }, cuts) => {
        const edges = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
        const chunks = edges.slice(1).map((edge, at) => bytes.subarray(edges[at], edge));
        expect(readAll(new AnnexBReader(), chunks)).toEqual(nalUnits);
      }),
    );
  });

  test('a NAL unit is given as soon as the next start code is whole, and not before', () => {
    const reader = new AnnexBReader();
    expect(reader.push(hex('00 00 01 41 9a 00 00'))).toEqual([]);
    expect(reader.push(hex('01')).map(toHex)).toEqual(['41 9a']);
  });

  test('Annex B.1: trailing zero bytes and empty NAL units are not given', () => {
    expect(readAll(new AnnexBReader(), [hex('00 00 01 00 00 01 09 10 00 00 00 00')])).toEqual(['09 10']);
    expect(readAll(new AnnexBReader(), [hex('00 00 01 00 00'), hex('00 01 41')])).toEqual(['41']);
    expect(readAll(new AnnexBReader(), [])).toEqual([]);
  });

  test('what it returns is a copy: the chunk may be used again', () => {
    const chunk = hex('00 00 01 41 9a 00 00 01');
    const nalUnits = new AnnexBReader().push(chunk);
    chunk.fill(0xff);
    expect(nalUnits.map(toHex)).toEqual(['41 9a']);
  });

  test('flush gives the pending NAL unit and the next start code begins a new one', () => {
    const reader = new AnnexBReader();
    reader.push(hex('00 00 01 41 9a'));
    expect(toHex(reader.flush()!)).toBe('41 9a');
    expect(reader.flush()).toBeUndefined();
    expect(readAll(reader, [hex('00 00 00 01 41 9b')])).toEqual(['41 9b']);
    expect(reader.discardedBytes).toBe(0);
  });

  test('flush within a start code keeps it, at every offset', () => {
    for (let at = 0; at < 4; at++) {
      const reader = new AnnexBReader();
      reader.push(concat(hex('00 00 01 41 9a'), hex('00 00 00 01').subarray(0, at)));
      expect(toHex(reader.flush()!)).toBe('41 9a');
      expect(readAll(reader, [hex('00 00 00 01').subarray(at), hex('41 9b')])).toEqual(['41 9b']);
    }
  });

  test('flush right after a start code gives nothing and loses nothing', () => {
    const reader = new AnnexBReader();
    reader.push(hex('00 00 01'));
    expect(reader.flush()).toBeUndefined();
    expect(readAll(reader, [hex('41 9a')])).toEqual(['41 9a']);
  });

  test('what arrives after a flush that came too early is counted and does not become a NAL unit', () => {
    const reader = new AnnexBReader();
    reader.push(hex('00 00 01 65 88'));
    reader.flush();
    expect(readAll(reader, [hex('84 21 00 00 01 41 9a')])).toEqual(['41 9a']);
    expect(reader.discardedBytes).toBe(2);
  });

  test('input without start codes is counted, not kept', () => {
    const reader = new AnnexBReader();
    for (let chunk = 0; chunk < 100; chunk++) expect(reader.push(new Uint8Array(1000).fill(7))).toEqual([]);
    expect(reader.flush()).toBeUndefined();
    expect(reader.discardedBytes).toBe(100_000);
  });

  test('a NAL unit that fills the buffer passes, one byte more is dropped, counted, and the next one read', () => {
    const start = hex('00 00 01');
    const body = (length: number) => new Uint8Array(length).fill(0x65);
    const reader = new AnnexBReader({ maxNalUnitBytes: 1000 });
    expect(reader.push(concat(start, body(998), start))[0]).toHaveLength(998);
    expect(reader.push(concat(body(999), start))).toEqual([]);
    expect(readAll(reader, [hex('41 9a')])).toEqual(['41 9a']);
    expect(reader.oversizedNalUnits).toBe(1);
  });

  test('a megabyte that comes byte by byte, and one of ones and zeros, take linear time', () => {
    const seconds = secondsOfWork(() => {
      const reader = new AnnexBReader();
      reader.push(hex('00 00 01'));
      for (let at = 0; at < 1_000_000; at++) reader.push(Uint8Array.of(0x65));
      expect(reader.flush()).toHaveLength(1_000_000);
      const busy = Uint8Array.from({ length: 1_000_000 }, (_, at) => at & 1);
      expect(new AnnexBReader().push(busy)).toEqual([]);
    });
    expect(seconds).toBeLessThan(5);
  });
});

describe('splitAnnexB', () => {
  test('gives what the reader gives, without copying', () => {
    expect(splitAnnexB(STREAM).map(toHex)).toEqual(NAL_UNITS);
    for (const nalUnit of splitAnnexB(STREAM)) expect(nalUnit.buffer).toBe(STREAM.buffer);
    fc.assert(
      fc.property(arbitraryStream, ({ nalUnits, bytes }) => {
        expect(splitAnnexB(bytes).map(toHex)).toEqual(nalUnits);
      }),
    );
  });

  test('bytes without a start code, and none, hold no NAL unit', () => {
    for (const text of ['', '01', '00 01', '00 00 01', '67 42 00', '00 00 00 00']) {
      expect(splitAnnexB(hex(text)), text).toEqual([]);
    }
  });

  test('any bytes: the reader and the splitter agree', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(0, 0, 0, 1, 1, 3, 0x65)), (values) => {
        const bytes = Uint8Array.from(values);
        expect(splitAnnexB(bytes).map(toHex)).toEqual(readAll(new AnnexBReader(), [bytes]));
      }),
    );
  });
});

test('what was joined is split into the same NAL units', () => {
  fc.assert(
    fc.property(fc.array(arbitraryNalUnit), (nalUnits) => {
      expect(splitAnnexB(joinAnnexB(nalUnits)).map(toHex)).toEqual(nalUnits.map(toHex));
    }),
  );
});
