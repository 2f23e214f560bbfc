/** Who encodes a source's pictures: what its owner asked for where that can be, else what fits, with the reason. Pure. */
import { StreamerError } from '../domain/streamer-error.ts';
import { hasH264Hardware } from './pi-model.ts';
import type { EncoderName, SourceKind } from './source-options.ts';

export interface EncoderChoice {
  /** `auto` where only the opened camera can tell. */
  readonly encoder: EncoderName;
  readonly because: string;
}

const TAKEN: Readonly<Record<SourceKind, readonly EncoderName[]>> = {
  program: ['auto', 'copy'],
  rpicam: ['auto', 'rpicam', 'v4l2m2m', 'x264'],
  raw: ['auto', 'v4l2m2m', 'x264'],
  camera: ['auto', 'copy', 'v4l2m2m', 'x264'],
};

/** Throws a StreamerError that names what can be chosen instead. */
export function chooseEncoder(
  source: { readonly kind: SourceKind; readonly name: string },
  wanted: EncoderName,
  piModel: string | undefined,
): EncoderChoice {
  const taken = TAKEN[source.kind];
  if (!taken.includes(wanted)) {
    const message = `--encoder ${wanted} does not go with --source ${source.name}; choose ${taken.join(', ')}`;
    throw new StreamerError('bad-source', message);
  }
  if (wanted === 'v4l2m2m' && hasH264Hardware(piModel) === false) {
    throw new StreamerError('bad-source', `${piModel} has no H.264 hardware; choose --encoder x264`);
  }
  if (wanted !== 'auto') return { encoder: wanted, because: `--encoder ${wanted}` };
  switch (source.kind) {
    case 'program':
      return { encoder: 'copy', because: 'the program sends H.264' };
    case 'rpicam':
      return hasH264Hardware(piModel) === false
        ? {
            encoder: 'x264',
            because: `${piModel} has no H.264 hardware, and x264 follows each viewer's path`,
          }
        : { encoder: 'rpicam', because: 'rpicam-vid encodes in hardware, at a fixed rate' };
    case 'raw':
      return { encoder: 'x264', because: 'the pictures are raw' };
    case 'camera':
      return { encoder: 'auto', because: 'it depends on what the camera sends' };
  }
}
