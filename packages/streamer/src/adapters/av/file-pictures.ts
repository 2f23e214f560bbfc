/**
 * A video file, looped for ever: FFmpeg's own `movie` filter reads and decodes it, further filters fit it into the
 * wanted size and rate, and the pictures are handed out in real time. Files of any variable rate are shown at their
 * nominal one. At its end the file is opened again: `movie` can't rewind a bare H.264 stream.
 */
import type { VideoFormat } from '@perch/rtp';
import { AV_LOG_QUIET, AVERROR_EOF } from 'node-av/constants';
import { FFmpegError, type FilterContext, FilterGraph, Frame, Log } from 'node-av/lib';
import { StreamerError } from '../../domain/streamer-error.ts';
import { fitInto, type Orientation, UPRIGHT } from './fit-filters.ts';
import type { RawPictures } from './raw-picture.ts';
import { sleepUntil } from './sleep-until.ts';

const SINK = 'buffersink@pictures';

/** Opens the file at once; throws a StreamerError when it can't be read as video. */
export function filePictures(path: string, format: VideoFormat, orientation = UPRIGHT): RawPictures {
  Log.setLevel(AV_LOG_QUIET);
  const open = () => openGraph(path, format, orientation);
  const graph = open();
  return (signal) => pictures(graph, open, format, signal);
}

function openGraph(path: string, format: VideoFormat, orientation: Orientation): FilterGraph {
  const graph = new FilterGraph();
  graph.alloc();
  const parsed = graph.parse2(describe(path, format, orientation));
  if (parsed < 0) {
    graph.free();
    throw new StreamerError(
      'source-failed',
      `can't read ${path} as video (${FFmpegError.strerror(parsed)}); check the path after file:`,
    );
  }
  return graph;
}

async function* pictures(
  firstGraph: FilterGraph,
  openAgain: () => FilterGraph,
  format: VideoFormat,
  signal: AbortSignal,
): ReturnType<RawPictures> {
  const frame = new Frame();
  frame.alloc();
  let graph = firstGraph;
  try {
    FFmpegError.throwIfError(await graph.config(), 'open the file');
    const intervalMs = 1000 / format.framesPerSecond;
    let due = performance.now();
    let picturesInLoop = 0;
    while (await sleepUntil(due, signal)) {
      const sink = graph.getFilter(SINK) as FilterContext;
      const got = await sink.buffersinkGetFrame(frame);
      if (got === AVERROR_EOF && picturesInLoop > 0) {
        picturesInLoop = 0;
        const again = openAgain();
        graph.free();
        graph = again;
        FFmpegError.throwIfError(await graph.config(), 'open the file');
        continue;
      }
      FFmpegError.throwIfError(got, 'read the file');
      picturesInLoop++;
      yield { frame, capturedMs: performance.now() };
      frame.unref();
      // A machine too slow for the file plays it slower; it does not race to catch up.
      due = Math.max(due + intervalMs, performance.now() - intervalMs);
    }
  } finally {
    frame.free();
    graph.free();
  }
}

function describe(path: string, format: VideoFormat, orientation: Orientation): string {
  return [
    `movie=filename=${escaped(escaped(path, /[\\':]/g), /[\\'[\],;]/g)}:loop=1`,
    'setpts=N/FRAME_RATE/TB',
    `fps=${format.framesPerSecond}`,
    ...fitInto(format, orientation),
    SINK,
  ].join(',');
}

/** FFmpeg's filter syntax has two levels of escapes, one for the option, one for the graph. */
function escaped(text: string, special: RegExp): string {
  return text.replace(special, (character) => `\\${character}`);
}
