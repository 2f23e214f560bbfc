import { encodeTimeStrip, TIME_STRIP_LUMA } from '@perch/protocol';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { StripReader } from '../src/adapters/strip-reader.ts';

type FrameCallback = (now: number, frame: { expectedDisplayTime: number }) => void;

const NOW = 1_700_000_000_000;

/** A video 1280 pixels wide, and the canvas that it is drawn on: what it reads is the middle of each cell. */
class FakeVideo {
  videoWidth = 1280;
  /** Of the strip in the picture; none without. */
  stripMs: number | undefined = NOW - 120;
  looks = 0;
  cancelled = 0;
  #waiting: FrameCallback | undefined;

  requestVideoFrameCallback(callback: FrameCallback) {
    this.looks += 1;
    this.#waiting = callback;
    return this.looks;
  }

  cancelVideoFrameCallback() {
    this.cancelled += 1;
  }

  showFrame(expectedDisplayTime = performance.now()) {
    this.#waiting?.(performance.now(), { expectedDisplayTime });
  }

  pixels(): Uint8ClampedArray {
    const cells = this.stripMs === undefined ? [] : encodeTimeStrip(this.stripMs);
    const pixels = new Uint8ClampedArray(40 * 4);
    for (const [index, cell] of cells.entries())
      pixels[index * 4] = cell === 1 ? TIME_STRIP_LUMA.one : TIME_STRIP_LUMA.zero;
    return pixels;
  }
}

let video: FakeVideo;
let reader: StripReader;

beforeEach(() => {
  vi.useFakeTimers({ now: NOW, toFake: ['Date', 'setTimeout', 'clearTimeout', 'performance'] });
  video = new FakeVideo();
  const context = { drawImage: vi.fn(), getImageData: () => ({ data: video.pixels() }) };
  vi.stubGlobal('document', { createElement: () => ({ getContext: () => context }) });
  reader = new StripReader(video as unknown as HTMLVideoElement);
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const readNext = (expectedDisplayTime?: number) => {
  const age = reader.read();
  video.showFrame(expectedDisplayTime);
  return age;
};

test("the picture's age is that at its time of display", async () => {
  expect(await readNext()).toBe(120);
  expect(await readNext(performance.now() + 16)).toBe(136);
});

test('a video that stands still has none, and nothing is left waiting', async () => {
  const age = reader.read();
  vi.advanceTimersByTime(500);
  expect(await age).toBeUndefined();
  expect(video.cancelled).toBe(1);
});

test('a picture without a strip is looked at ever more rarely, until one is found', async () => {
  video.stripMs = undefined;
  for (let second = 0; second < 23; second++) expect(await readNext()).toBeUndefined();
  // The first three, the tenth and the twentieth.
  expect(video.looks).toBe(5);
  video.stripMs = NOW - 80;
  const ages: (number | undefined)[] = [];
  for (let second = 0; second < 9; second++) ages.push(await readNext());
  expect(ages).toEqual([...Array(6).fill(undefined), 80, 80, 80]);
});

test('a picture too small for a strip, and a browser that tells no frames, have none', async () => {
  video.videoWidth = 64;
  expect(await readNext()).toBeUndefined();
  expect(await new StripReader({} as HTMLVideoElement).read()).toBeUndefined();
});
