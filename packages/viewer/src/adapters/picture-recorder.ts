import { withDuration } from '../domain/webm-duration.ts';
import { viewOf } from '../domain/zoom.ts';
import { recordingType } from './recording-type.ts';

export interface RecordedPicture {
  readonly image: CanvasImageSource;
  readonly width: number;
  readonly height: number;
}

export interface RecorderPorts {
  /** The frame to draw; undefined where there is none, then the last stays. */
  readonly picture: () => RecordedPicture | undefined;
  /** Whose frames are drawn as they come. */
  readonly video: HTMLVideoElement;
}

/** The picture was coded once already; less would show its blocks twice. 720p at 30 pictures a second has 4 Mbit/s. */
const BITS_PER_PIXEL = 4.5;

/** How often what is recorded is handed over: what a crash of the page would lose. */
const CHUNK_MS = 1_000;

/** Where no frames come: the picture is drawn again, so that the file's length is the time that passed. */
const REDRAW_MS = 250;

/** The head of a WebM file is a few hundred bytes. */
const MAX_HEAD_BYTES = 4096;

/**
 * Records what is seen, by MediaRecorder. Not the stream itself: a new connection brings another stream, and a path that
 * carries less another size, and neither fits into a file that has begun. So each frame is drawn on a canvas of the first
 * one's size, which is what is recorded: one file, from start to stop, through every reconnection.
 *
 * What it costs: in a page that is not seen browsers hand out few frames or none, and slow timers down. The file has one to
 * four pictures a second there, and still the length of the time that passed.
 */
export class PictureRecorder {
  readonly #ports: RecorderPorts;
  readonly #onGrown: () => void;
  readonly #canvas = document.createElement('canvas');
  readonly #context: CanvasRenderingContext2D | null;
  readonly #recorder: MediaRecorder;
  readonly #stopped: Promise<void>;
  readonly #chunks: Blob[] = [];
  readonly #drawing = new AbortController();
  readonly #startedAt = performance.now();
  #drawnAt = 0;
  #endedAt: number | undefined;

  /** Throws what MediaRecorder throws, where it can't record. */
  constructor(ports: RecorderPorts, { width, height }: RecordedPicture, onGrown: () => void) {
    this.#ports = ports;
    this.#onGrown = onGrown;
    // H.264 as browsers code it has even sizes.
    this.#canvas.width = width - (width % 2);
    this.#canvas.height = height - (height % 2);
    this.#context = this.#canvas.getContext('2d', { alpha: false });
    const options = {
      mimeType: recordingType() ?? '',
      videoBitsPerSecond: this.#canvas.width * this.#canvas.height * BITS_PER_PIXEL,
      // Chromium writes an MP4 from keyframe to keyframe. Others do not know this option.
      videoKeyFrameIntervalDuration: CHUNK_MS,
    };
    this.#recorder = new MediaRecorder(this.#canvas.captureStream(), options);
    this.#stopped = new Promise((resolve) => {
      // Also after an error: what was recorded before it is kept.
      this.#recorder.addEventListener('stop', () => resolve(), { once: true });
    });
    this.#recorder.addEventListener('dataavailable', ({ data }) => {
      if (data.size === 0) return;
      this.#chunks.push(data);
      this.#onGrown();
    });
    this.#recorder.start(CHUNK_MS);
    this.#keepDrawing();
  }

  /** Milliseconds since the start; once stopped, of the file. */
  get lengthMs(): number {
    return (this.#endedAt ?? performance.now()) - this.#startedAt;
  }

  /** Of what was handed over so far. */
  get sizeBytes(): number {
    return this.#chunks.reduce((sum, { size }) => sum + size, 0);
  }

  get fileEnding(): 'mp4' | 'webm' {
    return this.#recorder.mimeType.startsWith('video/mp4') ? 'mp4' : 'webm';
  }

  /** Ends it; resolves with the file. */
  async stop(): Promise<Blob> {
    if (this.#endedAt === undefined) {
      this.#draw();
      this.#endedAt = performance.now();
      this.#drawing.abort();
      if (this.#recorder.state !== 'inactive') this.#recorder.stop();
    }
    await this.#stopped;
    return this.#withLength(this.soFar());
  }

  /** The file as far as it was handed over: for a page that goes, and can wait for nothing. */
  soFar(): Blob {
    return new Blob(this.#chunks, { type: this.#recorder.mimeType.replace(/;.*/u, '') });
  }

  async #withLength(file: Blob): Promise<Blob> {
    if (this.fileEnding !== 'webm') return file;
    const head = new Uint8Array(await file.slice(0, MAX_HEAD_BYTES).arrayBuffer());
    const mended = withDuration(head, this.lengthMs);
    return mended === undefined ? file : new Blob([mended, file.slice(head.length)], { type: file.type });
  }

  #keepDrawing(): void {
    const { signal } = this.#drawing;
    const { video } = this.#ports;
    this.#draw();
    const timer = setInterval(() => {
      if (performance.now() - this.#drawnAt >= REDRAW_MS) this.#draw();
    }, REDRAW_MS);
    signal.addEventListener('abort', () => clearInterval(timer));
    let handle = 0;
    const hasFrames = 'requestVideoFrameCallback' in video;
    const next = () => {
      handle = hasFrames ? video.requestVideoFrameCallback(onFrame) : requestAnimationFrame(onFrame);
    };
    const onFrame = () => {
      this.#draw();
      next();
    };
    next();
    signal.addEventListener('abort', () => {
      if (hasFrames) video.cancelVideoFrameCallback(handle);
      else cancelAnimationFrame(handle);
    });
  }

  #draw(): void {
    const picture = this.#ports.picture();
    const context = this.#context;
    if (context === null) return;
    this.#drawnAt = performance.now();
    const box = this.#canvas;
    if (picture === undefined) {
      // Nothing new: still a frame, as the recorder counts them.
      context.drawImage(box, 0, 0);
      return;
    }
    const { width, height } = viewOf(picture, box).picture;
    // A camera that was turned leaves bars.
    if (width < box.width || height < box.height) context.clearRect(0, 0, box.width, box.height);
    context.drawImage(picture.image, (box.width - width) / 2, (box.height - height) / 2, width, height);
  }
}
