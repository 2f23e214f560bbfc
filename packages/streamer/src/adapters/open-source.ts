/** From the text of `--source` to a source that can be opened, again and again after it ended. */
import type { VideoFormat } from '@perch/rtp';
import type { Logger } from 'pino';
import type { Clock } from '../domain/clock.ts';
import { StreamerError } from '../domain/streamer-error.ts';
import { COARSE_GRAIN_LUMA } from '../domain/test-pattern.ts';
import type { OpenVideoSource } from '../domain/video-source.ts';
import { openProgramSource, type Program } from './camera/program-source.ts';
import { findCameraProgram, rpicamProgram } from './camera/rpicam.ts';

const FORMS = 'auto, rpicam, test, test:grain, exec:COMMAND or file:PATH';

interface Components {
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Reads `auto`, `rpicam`, `test`, `test:grain`, `exec:COMMAND` or `file:PATH`. Rejects with a StreamerError when the text is none
 * of these or, for `auto` and `rpicam`, when there is no camera. Loads node-av only for a source that needs it.
 */
export async function resolveSource(
  source: string,
  format: VideoFormat,
  components: Components,
): Promise<OpenVideoSource> {
  const { clock, log } = components;
  const [, kind, rest] = /^([a-z0-9]+)(?::(.*))?$/su.exec(source) ?? [];
  switch (kind) {
    case 'auto':
    case 'rpicam':
      if (rest !== undefined) break;
      return fromProgram(await rpicam(kind, format, components.log), components);
    case 'exec':
      if (rest === undefined || rest.trim() === '') break;
      return fromProgram({ command: 'sh', args: ['-c', rest], format }, components);
    case 'test': {
      if (rest !== undefined && rest !== 'grain') break;
      const grainLuma = rest === 'grain' ? COARSE_GRAIN_LUMA : undefined;
      const [{ EncodedSource }, { testPictures }] = await Promise.all([
        import('./av/encoded-source.ts'),
        import('./av/test-pictures.ts'),
      ]);
      const openPictures = (wanted: VideoFormat) => testPictures(wanted, { grainLuma });
      return (events) => EncodedSource.open({ format, openPictures, clock, log }, events);
    }
    case 'file': {
      if (rest === undefined || rest === '') break;
      const [{ EncodedSource }, { filePictures }] = await Promise.all([
        import('./av/encoded-source.ts'),
        import('./av/file-pictures.ts'),
      ]);
      const openPictures = (wanted: VideoFormat) => filePictures(rest, wanted);
      return (events) => EncodedSource.open({ format, openPictures, clock, log }, events);
    }
  }
  throw new StreamerError('bad-source', `--source ${source} is not known; it is one of ${FORMS}`);
}

function fromProgram(program: Program, components: Components): OpenVideoSource {
  return (events) => Promise.resolve(openProgramSource(program, components, events));
}

async function rpicam(kind: 'auto' | 'rpicam', format: VideoFormat, log: Logger): Promise<Program> {
  const search = await findCameraProgram();
  if ('missing' in search) {
    throw new StreamerError(
      'no-camera',
      `no camera found: ${search.missing}. Choose another source with --source: test, exec:COMMAND or file:PATH`,
    );
  }
  if (kind === 'auto') log.info({ program: search.found.command }, 'using the Raspberry Pi camera');
  return rpicamProgram(search.found, format);
}
