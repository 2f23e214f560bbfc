/**
 * The same ten seconds for every sender: FFmpeg's test picture under so much noise that the rate is really used,
 * encoded once by libx264 as camera programs do (constrained baseline, one slice, a keyframe every two seconds).
 *
 * It is in a temporary folder, for feeder.ts to play (clip-format.ts). Each picture holds a time mark (time-mark.ts) before its slice.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { joinAnnexB, NAL_UNIT_TYPE, nalUnitType, splitAnnexB } from '@perch/rtp';
import { AV_LOG_QUIET, AV_PIX_FMT_YUV420P, AVERROR_EOF } from 'node-av/constants';
import {
  Codec,
  CodecContext,
  Dictionary,
  FFmpegError,
  FilterGraph,
  Frame,
  Log,
  Packet,
  Rational,
} from 'node-av/lib';
import { BITS_PER_SECOND, CLIP_FILES, FRAMES_PER_SECOND, HEIGHT, WIDTH } from './clip-format.ts';
import { timeMark } from './time-mark.ts';

const SECONDS = 10;

/** What `perch` asks of rpicam-vid. */
const KEYFRAME_INTERVAL_SECONDS = 2;

/** How much rate one picture may take: half a second's. */
const RATE_BUFFER_SECONDS = 0.5;

/** Enough grain that 2 Mbit/s never suffice. */
const NOISE = 20;

const FEEDER = fileURLToPath(new URL('feeder.js', import.meta.url));

const SINK = 'buffersink@pictures';

export interface Clip {
  /** The folder that the feeder is given. */
  readonly folder: string;
  readonly bitsPerSecond: number;
  remove(): void;
}

export async function makeClip(): Promise<Clip> {
  const pictures: Buffer[] = [];
  for await (const bytes of encodedPictures()) pictures.push(withTimeMark(bytes));
  const video = Buffer.concat(pictures);
  const folder = mkdtempSync(join(tmpdir(), 'perch-bench-'));
  writeFileSync(join(folder, CLIP_FILES.video), video);
  writeFileSync(join(folder, CLIP_FILES.sizes), JSON.stringify(pictures.map(({ length }) => length)));
  return {
    folder,
    bitsPerSecond: (video.length * 8) / SECONDS,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** A shell's command that plays the clip for ever. */
export function feedCommand({ folder }: Clip): string {
  return `'${process.execPath}' '${FEEDER}' '${folder}'`;
}

function withTimeMark(picture: Buffer): Buffer {
  const nalUnits = splitAnnexB(picture);
  const slice = nalUnits.findIndex((nalUnit) => {
    const type = nalUnitType(nalUnit);
    return type === NAL_UNIT_TYPE.idrSlice || type === 1;
  });
  const marked = [...nalUnits.slice(0, slice), timeMark(), ...nalUnits.slice(slice)];
  return Buffer.from(joinAnnexB(marked).buffer);
}

async function* encodedPictures(): AsyncGenerator<Buffer> {
  Log.setLevel(AV_LOG_QUIET);
  const graph = new FilterGraph();
  graph.alloc();
  const size = `size=${WIDTH}x${HEIGHT}:rate=${FRAMES_PER_SECOND}:duration=${SECONDS}`;
  const described = `testsrc2=${size},noise=alls=${NOISE}:allf=t,format=yuv420p,${SINK}`;
  FFmpegError.throwIfError(graph.parse2(described), 'describe the clip');
  FFmpegError.throwIfError(await graph.config(), 'draw the clip');
  const encoder = await openEncoder();
  const frame = new Frame();
  const packet = new Packet();
  frame.alloc();
  packet.alloc();
  const sink = graph.getFilter(SINK);
  for (let count = 0n; sink !== null; count++) {
    const got = await sink.buffersinkGetFrame(frame);
    if (got === AVERROR_EOF) break;
    FFmpegError.throwIfError(got, 'draw the clip');
    frame.pts = count;
    FFmpegError.throwIfError(await encoder.sendFrame(frame), 'encode the clip');
    FFmpegError.throwIfError(await encoder.receivePacket(packet), 'encode the clip');
    yield Buffer.from(packet.data ?? []);
    packet.unref();
    frame.unref();
  }
  packet.free();
  frame.free();
  encoder.freeContext();
  graph.free();
}

async function openEncoder(): Promise<CodecContext> {
  const codec = Codec.findEncoderByName('libx264' as Parameters<typeof Codec.findEncoderByName>[0]);
  if (codec === null) throw new Error('this build of node-av has no libx264');
  const context = new CodecContext();
  context.allocContext3(codec);
  context.width = WIDTH;
  context.height = HEIGHT;
  context.pixelFormat = AV_PIX_FMT_YUV420P;
  context.timeBase = new Rational(1, FRAMES_PER_SECOND);
  context.framerate = new Rational(FRAMES_PER_SECOND, 1);
  context.bitRate = BigInt(BITS_PER_SECOND);
  context.rcMaxRate = BigInt(BITS_PER_SECOND);
  context.rcBufferSize = BITS_PER_SECOND * RATE_BUFFER_SECONDS;
  context.gopSize = FRAMES_PER_SECOND * KEYFRAME_INTERVAL_SECONDS;
  context.maxBFrames = 0;
  context.threadCount = 1;
  const options = new Dictionary();
  for (const [name, value] of [
    ['preset', 'ultrafast'],
    ['tune', 'zerolatency'],
    ['profile', 'baseline'],
    ['level', '3.1'],
  ] as const) {
    options.set(name, value);
  }
  FFmpegError.throwIfError(await context.open2(codec, options), 'open libx264');
  return context;
}
