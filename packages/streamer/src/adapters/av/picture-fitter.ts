/** Makes pictures of any size and pixel format what the encoder takes: FFmpeg's filters, made anew when they change. */
import type { VideoFormat } from '@perch/rtp';
import { FFmpegError, type FilterContext, FilterGraph, Frame } from 'node-av/lib';
import { fitInto, type Orientation } from './fit-filters.ts';

const SOURCE = 'buffer@pictures';
const SINK = 'buffersink@pictures';

export class PictureFitter {
  readonly #format: VideoFormat;
  readonly #orientation: Orientation;
  readonly #fitted = new Frame();
  #graph: FilterGraph | undefined;
  #kind = '';

  constructor(format: VideoFormat, orientation: Orientation) {
    this.#format = format;
    this.#orientation = orientation;
    this.#fitted.alloc();
  }

  /** The picture is the fitter's, and good until the next one. */
  async fit(frame: Frame): Promise<Frame> {
    const graph = await this.#graphFor(frame);
    const source = graph.getFilter(SOURCE) as FilterContext;
    const sink = graph.getFilter(SINK) as FilterContext;
    this.#fitted.unref();
    FFmpegError.throwIfError(await source.buffersrcAddFrame(frame), 'fit a picture');
    FFmpegError.throwIfError(await sink.buffersinkGetFrame(this.#fitted), 'fit a picture');
    return this.#fitted;
  }

  free(): void {
    this.#graph?.free();
    this.#fitted.free();
  }

  async #graphFor({ width, height, format }: Frame): Promise<FilterGraph> {
    const kind = `video_size=${width}x${height}:pix_fmt=${format}`;
    if (this.#graph !== undefined && kind === this.#kind) return this.#graph;
    this.#graph?.free();
    const graph = new FilterGraph();
    graph.alloc();
    this.#graph = graph;
    this.#kind = kind;
    // Nothing here looks at the time, but a source must have a unit of it.
    const filters = [`${SOURCE}=${kind}:time_base=1/1000`, ...fitInto(this.#format, this.#orientation), SINK];
    FFmpegError.throwIfError(graph.parse2(filters.join(',')), 'fit a picture');
    FFmpegError.throwIfError(await graph.config(), 'fit a picture');
    return graph;
  }
}
