import type { Clock } from '../../domain/clock.ts';
import type { EncoderName } from '../source-options.ts';
import type { OpenPictureEncoder } from './picture-encoder.ts';
import { ReopeningEncoder } from './reopening-encoder.ts';
import { openV4l2m2m } from './v4l2m2m-encoder.ts';
import { openX264 } from './x264-encoder.ts';

/** An encoder of our own: the hardware's where it was asked for, else x264. */
export function openEncoderNamed(name: EncoderName, clock: Clock): OpenPictureEncoder {
  if (name !== 'v4l2m2m') return openX264;
  return (format) => ReopeningEncoder.open(openV4l2m2m, format, clock);
}
