/**
 * FFmpeg's reader of one video stream that somebody else made: a camera in the network, a device. Packets come as they
 * arrive. `close` may be called at any time and does not wait for a camera that hangs. Not here: decoding.
 */
import { AV_LOG_QUIET, AVERROR_EOF, AVFMT_FLAG_NONBLOCK, AVMEDIA_TYPE_VIDEO } from 'node-av/constants';
import {
  type CodecParameters,
  Dictionary,
  FFmpegError,
  FormatContext,
  InputFormat,
  Log,
  Packet,
} from 'node-av/lib';
import { StreamerError } from '../../domain/streamer-error.ts';
import { sleepUntil } from './sleep-until.ts';

/** What is to be opened. */
export interface InputAddress {
  readonly url: string;
  /** FFmpeg's name of the format, where the address does not tell. */
  readonly format?: string;
  readonly options: Readonly<Record<string, string>>;
  /** A device blocks in a way that nothing interrupts: it is asked again and again instead. */
  readonly polled?: boolean;
  /** A network's stream says what it is in its first packets; a device says it at once. */
  readonly probed?: boolean;
  /** How long it may be silent; as SilenceWatch has it unless given. */
  readonly silentAfterMs?: number;
  /** What errors call it: an address may hold a password. */
  readonly name: string;
  /** What its owner may do when it can't be opened. */
  readonly remedy: string;
}

/** How often a device is asked: a tenth of a picture's time at 30/s. */
const POLL_EVERY_MS = 3;

const EAGAIN = FFmpegError.AVERROR('EAGAIN' as Parameters<typeof FFmpegError.AVERROR>[0]);

export class VideoInput {
  readonly parameters: CodecParameters;
  readonly #context: FormatContext;
  readonly address: InputAddress;
  readonly #stream: number;
  readonly #packet = new Packet();
  readonly #stop = new AbortController();
  #reading: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;

  /** Rejects with a StreamerError when it can't be opened within the time, or has no video. */
  static async open(address: InputAddress, withinMs: number): Promise<VideoInput> {
    Log.setLevel(AV_LOG_QUIET);
    const context = new FormatContext();
    context.allocContext();
    if (address.polled) context.setFlags(AVFMT_FLAG_NONBLOCK);
    const timer = setTimeout(() => context.interrupt(), withinMs);
    try {
      const format = address.format === undefined ? null : InputFormat.findInputFormat(address.format);
      const options = Dictionary.fromObject({ ...address.options });
      FFmpegError.throwIfError(await context.openInput(address.url, format, options), 'open');
      if (address.probed) FFmpegError.throwIfError(await context.findStreamInfo(), 'open');
      const stream = context.findBestStream(AVMEDIA_TYPE_VIDEO);
      FFmpegError.throwIfError(stream, 'find video');
      return new VideoInput(context, address, stream);
    } catch (error) {
      await context.closeInput();
      const why = error instanceof FFmpegError ? FFmpegError.strerror(error.code) : 'unknown';
      throw new StreamerError('source-failed', `can't open ${address.name} (${why}); ${address.remedy}`);
    } finally {
      clearTimeout(timer);
    }
  }

  private constructor(context: FormatContext, address: InputAddress, stream: number) {
    this.#context = context;
    this.address = address;
    this.#stream = stream;
    this.#packet.alloc();
    const found = context.streams[stream];
    if (found === undefined) throw new Error('FFmpeg names a stream that it does not have');
    this.parameters = found.codecpar;
  }

  /** Hands over each packet as it comes; resolves with why there are no more: the end, an error, `close`. */
  async read(onPacket: (packet: Packet) => Promise<void>): Promise<string> {
    const read = this.#read(onPacket);
    this.#reading = read.catch(() => undefined);
    return await read;
  }

  /** Resolves when nothing of it is left. May be called twice. */
  close(): Promise<void> {
    this.#closing ??= (async () => {
      this.#stop.abort();
      this.#context.interrupt();
      await this.#reading;
      this.#packet.free();
      await this.#context.closeInput();
    })();
    return this.#closing;
  }

  async #read(onPacket: (packet: Packet) => Promise<void>): Promise<string> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const result = await this.#context.readFrame(this.#packet);
      if (result === EAGAIN) {
        await sleepUntil(performance.now() + POLL_EVERY_MS, signal);
        continue;
      }
      if (result === AVERROR_EOF) return `${this.address.name} ended`;
      if (result < 0) return `${this.address.name} failed (${FFmpegError.strerror(result)})`;
      try {
        if (this.#packet.streamIndex === this.#stream && !signal.aborted) await onPacket(this.#packet);
      } finally {
        this.#packet.unref();
      }
    }
    return 'closed';
  }
}
