/** What FFmpeg's ffprobe, a program that knows nothing of us, says about a file. */
import { execFileSync } from 'node:child_process';
import { providePrograms } from '../lab/provide-programs.ts';

export interface MediaFile {
  readonly codec: string;
  readonly width: number;
  readonly height: number;
  /** Not a number where the file does not say. */
  readonly seconds: number;
  /** Decoded, each of them. */
  readonly frames: number;
}

/** Why there is no ffprobe here and none can be installed, or undefined. */
export function provideFfprobe(): string | undefined {
  return providePrograms([['ffprobe', 'ffmpeg']]);
}

/** Throws what ffprobe says about a file that it can't read, or that is broken anywhere. */
export function probeFile(path: string): MediaFile {
  const entries = 'format=duration:stream=codec_name,width,height,nb_read_frames';
  const output = execFileSync(
    'ffprobe',
    ['-v', 'error', '-count_frames', '-show_entries', entries, '-of', 'json', path],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const { streams, format } = JSON.parse(output) as {
    streams: [{ codec_name: string; width: number; height: number; nb_read_frames: string }];
    format: { duration?: string };
  };
  const [{ codec_name: codec, width, height, nb_read_frames: frames }] = streams;
  return { codec, width, height, seconds: Number(format.duration), frames: Number(frames) };
}
