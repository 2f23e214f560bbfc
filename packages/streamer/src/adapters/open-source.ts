/** From the text of `--source` to a source that can be opened, again and again after it ended. */
import type { VideoFormat } from '@perch/rtp';
import type { Logger } from 'pino';
import type { Clock } from '../domain/clock.ts';
import { StreamerError } from '../domain/streamer-error.ts';
import { COARSE_GRAIN_LUMA } from '../domain/test-pattern.ts';
import type { OpenVideoSource } from '../domain/video-source.ts';
import type { RawPictures } from './av/raw-picture.ts';
import { openProgramSource, type Program } from './camera/program-source.ts';
import { type CameraProgram, findCameraProgram, rawRpicamProgram, rpicamProgram } from './camera/rpicam.ts';
import { chooseEncoder } from './encoder-choice.ts';
import { readPiModel } from './pi-model.ts';
import {
  type EncoderName,
  refuseCameraSettings,
  type SourceKind,
  type SourceOptions,
} from './source-options.ts';

const FORMS = 'auto, rpicam, v4l2:DEVICE, rtsp://ADDRESS, test, test:grain, exec:COMMAND or file:PATH';

interface Components {
  readonly clock: Clock;
  readonly log: Logger;
  /** Read from the machine unless given. */
  readonly piModel?: string | undefined;
}

/**
 * Reads `auto`, `rpicam`, `v4l2:DEVICE`, `rtsp://ADDRESS`, `test`, `test:grain`, `exec:COMMAND` or `file:PATH`. Rejects
 * with a StreamerError when the text is none of these, does not go with the other options or, for `auto` and `rpicam`,
 * when there is no camera. Loads node-av only for a source that needs it.
 */
export async function resolveSource(
  source: string,
  options: SourceOptions,
  components: Components,
): Promise<OpenVideoSource> {
  const { format, camera } = options;
  const { clock, log } = components;
  const [, kind = '', rest] = /^([a-z0-9]+)(?::(.*))?$/su.exec(source) ?? [];
  const encoderFor = async (sourceKind: SourceKind, name = `${kind}:`): Promise<EncoderName> => {
    refuseCameraSettings(sourceKind, kind, camera);
    const piModel = components.piModel ?? (await readPiModel());
    const { encoder, because } = chooseEncoder({ kind: sourceKind, name }, options.encoder, piModel);
    if (encoder !== 'auto') log.info({ encoder, because }, 'encoder chosen');
    return encoder;
  };
  switch (kind) {
    case 'auto':
    case 'rpicam': {
      if (rest !== undefined) break;
      const encoder = await encoderFor('rpicam', kind);
      const found = await findCamera(kind, log);
      if (encoder === 'rpicam') return fromProgram(rpicamProgram(found, format, camera), components);
      const program = rawRpicamProgram(found, format, camera);
      const { pipedPictures } = await import('./av/piped-pictures.ts');
      return fromPictures((wanted) => pipedPictures(program, log, wanted), format, encoder, components);
    }
    case 'v4l2':
    case 'rtsp':
    case 'rtsps': {
      if (!isAddress(kind, rest)) break;
      const encoder = await encoderFor('camera', kind);
      const { openCamera } = await import('./av/input-source.ts');
      return (events) => openCamera(kind, source, rest, { ...options, encoder }, { clock, log }, events);
    }
    case 'exec':
      if (rest === undefined || rest.trim() === '') break;
      await encoderFor('program');
      return fromProgram({ command: 'sh', args: ['-c', rest], format }, components);
    case 'test': {
      if (rest !== undefined && rest !== 'grain') break;
      const encoder = await encoderFor('raw', 'test');
      const grainLuma = rest === 'grain' ? COARSE_GRAIN_LUMA : undefined;
      const { testPictures } = await import('./av/test-pictures.ts');
      return fromPictures((wanted) => testPictures(wanted, { grainLuma }), format, encoder, components);
    }
    case 'file': {
      if (rest === undefined || rest === '') break;
      const encoder = await encoderFor('raw');
      const { filePictures } = await import('./av/file-pictures.ts');
      return fromPictures((wanted) => filePictures(rest, wanted, camera), format, encoder, components);
    }
  }
  throw new StreamerError('bad-source', `--source is not known; it is one of ${FORMS}`);
}

function isAddress(kind: string, rest: string | undefined): rest is string {
  return rest !== undefined && (kind === 'v4l2' ? rest.startsWith('/') : /^\/\/[^/]/u.test(rest));
}

function fromProgram(program: Program, components: Components): OpenVideoSource {
  return (events) => Promise.resolve(openProgramSource(program, components, events));
}

/** An encoder of our own. */
async function fromPictures(
  openPictures: (format: VideoFormat) => RawPictures,
  format: VideoFormat,
  encoder: EncoderName,
  { clock, log }: Components,
): Promise<OpenVideoSource> {
  const [{ EncodedSource }, { openEncoderNamed }] = await Promise.all([
    import('./av/encoded-source.ts'),
    import('./av/open-encoder.ts'),
  ]);
  const openEncoder = openEncoderNamed(encoder, clock);
  return (events) => EncodedSource.open({ format, openPictures, openEncoder, clock, log }, events);
}

async function findCamera(kind: 'auto' | 'rpicam', log: Logger): Promise<CameraProgram> {
  const search = await findCameraProgram();
  if ('missing' in search) {
    throw new StreamerError(
      'no-camera',
      `no camera found: ${search.missing}. Choose another source with --source: v4l2:/dev/video0, rtsp://ADDRESS, test, exec:COMMAND or file:PATH`,
    );
  }
  if (kind === 'auto') log.info({ program: search.found.command }, 'using the Raspberry Pi camera');
  return search.found;
}
