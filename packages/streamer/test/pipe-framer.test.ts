import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PipeFramer } from '../src/domain/pipe-framer.ts';
import { ManualClock, picture } from './support/fakes.ts';

const START = [0, 0, 0, 1];

/** The pictures of `spec`, as a program would write them: `k` a keyframe, `p` another one. */
function written(spec: readonly string[]) {
  const pictures = spec.map((kind, n) => picture(n, { keyframe: kind === 'k', size: 10 + n }).accessUnit);
  const bytes = pictures.map(({ nalUnits }) =>
    Uint8Array.from(nalUnits.flatMap((unit) => [...START, ...unit])),
  );
  return { pictures, bytes, stream: Uint8Array.from(bytes.flatMap((chunk) => [...chunk])) };
}

function start() {
  const clock = new ManualClock();
  const pictures: unknown[] = [];
  const framer = new PipeFramer(clock, (accessUnit) => pictures.push(accessUnit));
  return { clock, pictures, framer };
}

describe('H.264 from a pipe', () => {
  test('the pictures are the same wherever the chunks are cut', () => {
    const { pictures, stream } = written(['k', 'p', 'p', 'k', 'p']);
    fc.assert(
      fc.property(fc.array(fc.nat(stream.length), { maxLength: 12 }), (cuts) => {
        const { framer, pictures: found } = start();
        const edges = [0, ...cuts.sort((a, b) => a - b), stream.length];
        edges.slice(1).forEach((end, n) => {
          framer.push(stream.slice(edges[n], end));
        });
        framer.flush();
        expect(found).toEqual(pictures);
      }),
    );
  });

  test('cut at every byte the pictures are the same', () => {
    const { pictures, stream } = written(['k', 'p', 'k']);
    const { framer, pictures: found } = start();
    for (const byte of stream) framer.push(Uint8Array.of(byte));
    framer.flush();
    expect(found).toEqual(pictures);
  });

  test('a picture is given after 3 ms of silence, without waiting for the next one', () => {
    const { pictures, bytes } = written(['k', 'p']);
    const { clock, framer, pictures: found } = start();
    framer.push(bytes[0]!);
    clock.advance(2);
    expect(found).toEqual([]);
    clock.advance(1);
    expect(found).toEqual(pictures.slice(0, 1));
    clock.advance(30);
    framer.push(bytes[1]!);
    clock.advance(3);
    expect(found).toEqual(pictures);
    expect(framer.idleMs).toBe(3);
  });

  test('more bytes within the silence put the end off', () => {
    const { pictures, bytes } = written(['k']);
    const { clock, framer, pictures: found } = start();
    for (const byte of bytes[0]!) {
      framer.push(Uint8Array.of(byte));
      clock.advance(2);
    }
    expect(found).toEqual([]);
    clock.advance(1);
    expect(found).toEqual(pictures);
  });

  test('a picture that goes on after it was given doubles the silence asked for, up to a bound', () => {
    const { clock, framer } = start();
    const { bytes } = written(['k']);
    const seen: number[] = [];
    for (let n = 0; n < 7; n++) {
      framer.push(bytes[0]!.slice(0, 25));
      clock.advance(40);
      framer.push(bytes[0]!.slice(25));
      clock.advance(40);
      seen.push(framer.idleMs);
    }
    expect(seen).toEqual([6, 12, 24, 33, 33, 33, 33]);
  });

  test('slices of one picture that come after a pause double it too', () => {
    const { clock, framer } = start();
    const first = Uint8Array.of(...START, 0x41, 0x9a, 1, 2, 3);
    const second = Uint8Array.of(...START, 0x41, 0x1a, 1, 2, 3);
    for (let n = 0; n < 3; n++) {
      framer.push(first);
      clock.advance(5);
      framer.push(second);
      clock.advance(40);
    }
    framer.push(first);
    expect(framer.idleMs).toBeGreaterThan(3);
  });

  test('what comes before the first start code doubles nothing', () => {
    const { clock, framer } = start();
    framer.push(Uint8Array.of(1, 2, 3));
    clock.advance(40);
    framer.push(written(['k']).stream);
    clock.advance(40);
    expect(framer.idleMs).toBe(3);
  });

  test('a silent pipe keeps no timer', () => {
    const { clock, framer } = start();
    framer.push(written(['k', 'p']).stream);
    expect(clock.timers.size).toBe(1);
    clock.advance(3);
    expect(clock.timers.size).toBe(0);
  });

  test('after close no timer runs and no picture comes', () => {
    const { clock, framer, pictures } = start();
    framer.push(written(['k']).stream);
    framer.close();
    framer.close();
    framer.push(written(['p', 'p']).stream);
    framer.flush();
    expect(clock.timers.size).toBe(0);
    expect(pictures).toEqual([]);
  });

  test('a stream without pictures, or without start codes, is not kept', () => {
    const { clock, framer, pictures } = start();
    const noise = new Uint8Array(1024 * 1024).fill(0x55);
    const before = process.memoryUsage().arrayBuffers;
    for (let n = 0; n < 64; n++) framer.push(noise);
    framer.push(Uint8Array.from(START));
    for (let n = 0; n < 64; n++) framer.push(noise);
    clock.advance(40);
    expect(pictures).toEqual([]);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 1024 * 1024);
  });

  test('messages (SEI) for ever, and no picture, are not kept', () => {
    const { framer } = start();
    const message = Uint8Array.from([...START, 0x06, ...new Uint8Array(1024 * 1024).fill(0x55)]);
    const before = process.memoryUsage().arrayBuffers;
    for (let n = 0; n < 128; n++) framer.push(message);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 1024 * 1024);
  });
});
