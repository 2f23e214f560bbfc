/** Raw pictures from a program's standard output, in yuv420p. Owns the program and ends it. */
import type { VideoFormat } from '@perch/rtp';
import type { Frame } from 'node-av/lib';
import type { Logger } from 'pino';
import { PictureFiller } from '../../domain/picture-filler.ts';
import type { PicturePlanes } from '../../domain/test-pattern.ts';
import { ChildProgram } from '../camera/child-program.ts';
import { allocateFrame } from './allocate-frame.ts';
import { NewestPicture } from './newest-picture.ts';
import type { RawPictures } from './raw-picture.ts';

export interface RawProgram {
  readonly command: string;
  readonly args: readonly string[];
}

export function pipedPictures({ command, args }: RawProgram, log: Logger, format: VideoFormat): RawPictures {
  return async function* (signal) {
    const newest = new NewestPicture();
    const frames = new FramePool(format);
    let filling: Frame | undefined;
    let startedMs = 0;
    const filler = new PictureFiller(
      format,
      () => {
        filling = frames.take();
        startedMs = performance.now();
        return { data: filling.data, strides: filling.linesize } as unknown as PicturePlanes;
      },
      () => {
        // The first bytes came when the picture was there, the last ones when the pipe had room.
        if (filling !== undefined) newest.put(filling, startedMs);
      },
    );
    log.debug({ command, args }, 'starting the camera program');
    const program = new ChildProgram(command, args, {
      onBytes: (chunk) => filler.push(chunk),
      onLogLine: (line) => log.info({ program: command, line }, 'camera program says'),
      onExit: (reason) => newest.end(reason),
    });
    try {
      yield* newest.each(signal);
    } finally {
      await program.close();
      newest.free();
      frames.free();
    }
  };
}

/** Gives memory for a picture again when nobody holds the one that was in it. */
class FramePool {
  readonly #format: VideoFormat;
  readonly #frames: Frame[] = [];

  constructor(format: VideoFormat) {
    this.#format = format;
  }

  take(): Frame {
    const free = this.#frames.find((frame) => frame.isWritable);
    if (free !== undefined) return free;
    const frame = allocateFrame(this.#format);
    this.#frames.push(frame);
    return frame;
  }

  free(): void {
    for (const frame of this.#frames) frame.free();
  }
}
