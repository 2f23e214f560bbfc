import type { VideoFormat } from '@perch/rtp';
import type { Frame } from 'node-av/lib';
import { expect, test } from 'vitest';
import { ReopeningEncoder } from '../src/adapters/av/reopening-encoder.ts';
import { openV4l2m2m } from '../src/adapters/av/v4l2m2m-encoder.ts';
import { FORMAT, ManualClock } from './support/fakes.ts';

const FRAME = {} as Frame;

/** An encoder that only notes what is asked of it. */
async function openWithFake() {
  const clock = new ManualClock();
  const noted: string[] = [];
  const open = ({ bitsPerSecond }: VideoFormat) => {
    noted.push(`open ${bitsPerSecond / 1000}`);
    return Promise.resolve({
      encode: (_frame: Frame, _pts: bigint, keyframe: boolean) => {
        if (keyframe) noted.push('keyframe');
        return Promise.resolve(undefined);
      },
      setRate: () => {},
      close: () => {
        noted.push('close');
        return Promise.resolve();
      },
    });
  };
  const encoder = await ReopeningEncoder.open(open, FORMAT, clock);
  /** The rate from now on, and a picture. */
  const film = async (kbits: number, afterMs: number, picturesPerSecond = FORMAT.framesPerSecond) => {
    clock.advance(afterMs);
    encoder.setRate({ bitsPerSecond: kbits * 1000, picturesPerSecond });
    await encoder.encode(FRAME, 0n, false);
    return noted.splice(0);
  };
  noted.splice(0);
  return { encoder, film, noted };
}

test('the first rate that is set is taken at once, with a keyframe', async () => {
  const { film } = await openWithFake();
  expect(await film(200, 0)).toEqual(['close', 'open 200', 'keyframe']);
});

test('a change below a fifth is not worth opening it again', async () => {
  const { film } = await openWithFake();
  expect(await film(330, 60_000)).toEqual([]);
  expect(await film(470, 60_000)).toEqual([]);
  expect(await film(310, 60_000)).toEqual(['close', 'open 310', 'keyframe']);
});

test('a lower rate is taken after five seconds, a higher one after fifteen; of many the newest', async () => {
  const { film } = await openWithFake();
  await film(300, 0);
  expect(await film(200, 4_900)).toEqual([]);
  expect(await film(150, 100)).toEqual(['close', 'open 150', 'keyframe']);
  expect(await film(300, 14_900)).toEqual([]);
  expect(await film(400, 100)).toEqual(['close', 'open 400', 'keyframe']);
});

test('fewer pictures at the same rate are larger ones', async () => {
  const { film } = await openWithFake();
  expect(await film(100, 0, FORMAT.framesPerSecond / 2)).toEqual(['close', 'open 200', 'keyframe']);
});

test('after close it encodes nothing and opens nothing', async () => {
  const { encoder, film, noted } = await openWithFake();
  await encoder.close();
  expect(noted.splice(0)).toEqual(['close']);
  expect(await film(100, 60_000)).toEqual([]);
});

test('a machine without the hardware is told what to choose', async () => {
  await expect(openV4l2m2m(FORMAT)).rejects.toMatchObject({
    reason: 'source-failed',
    message: 'the H.264 hardware of this machine can not be opened; choose --encoder x264',
  });
});
