import { readTimeStrip, TIME_STRIP_CELLS, timeStripAge, timeStripHeight } from '@perch/protocol';

/** A video that stands still has no next frame; the sample is due all the same. */
const PATIENCE_MS = 500;

/** So many pictures without a strip, and it is looked for only now and then: most cameras draw none. */
const MISSES_UNTIL_RARE = 3;
const RARE = 10;

/**
 * Reads the time strip (SPEC.md, STRIP) of the picture that a video shows next, and returns its age when it is to be on
 * the screen. Only one pixel of each of the 40 cells is drawn and read.
 */
export class StripReader {
  readonly #video: HTMLVideoElement;
  #context: CanvasRenderingContext2D | undefined;
  #misses = 0;
  #asked = 0;

  constructor(video: HTMLVideoElement) {
    this.#video = video;
  }

  /** Undefined where the picture has no strip, or the browser does not tell when it shows a frame. Never rejects. */
  async read(): Promise<number | undefined> {
    this.#asked += 1;
    if (this.#misses >= MISSES_UNTIL_RARE && this.#asked % RARE !== 0) return undefined;
    if (!('requestVideoFrameCallback' in this.#video)) return undefined;
    const ageMs = await this.#nextFrame();
    if (ageMs !== 'no frame') this.#misses = ageMs === undefined ? this.#misses + 1 : 0;
    return ageMs === 'no frame' ? undefined : ageMs;
  }

  #nextFrame(): Promise<number | undefined | 'no frame'> {
    const video = this.#video;
    return new Promise((resolve) => {
      const handle = video.requestVideoFrameCallback((_now, { expectedDisplayTime }) => {
        clearTimeout(timer);
        // A busy page is called late, and then draws a picture that is newer than the one it was called for: shown by now.
        const shownAt = Date.now() + Math.max(0, expectedDisplayTime - performance.now());
        const stripMs = this.#readStrip();
        resolve(stripMs === undefined ? undefined : timeStripAge(stripMs, shownAt));
      });
      const timer = setTimeout(() => {
        video.cancelVideoFrameCallback(handle);
        resolve('no frame');
      }, PATIENCE_MS);
    });
  }

  #readStrip(): number | undefined {
    const { videoWidth } = this.#video;
    if (videoWidth < 2 * TIME_STRIP_CELLS) return undefined;
    const context = this.#canvas();
    if (context === undefined) return undefined;
    // Drawn so small without smoothing, a cell's pixel is the one in its middle.
    const row = timeStripHeight(videoWidth) / 2;
    context.drawImage(this.#video, 0, row, videoWidth, 1, 0, 0, TIME_STRIP_CELLS, 1);
    const { data } = context.getImageData(0, 0, TIME_STRIP_CELLS, 1);
    // To the reader it is a picture of 40 by 1 pixels. Grey: red is as good as luma.
    return readTimeStrip(TIME_STRIP_CELLS, (x) => data[x * 4] ?? 0);
  }

  #canvas(): CanvasRenderingContext2D | undefined {
    if (this.#context !== undefined) return this.#context;
    const canvas = document.createElement('canvas');
    canvas.width = TIME_STRIP_CELLS;
    canvas.height = 1;
    const context = canvas.getContext('2d', { willReadFrequently: true }) ?? undefined;
    if (context !== undefined) context.imageSmoothingEnabled = false;
    this.#context = context;
    return context;
  }
}
