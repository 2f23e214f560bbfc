import type { Clock } from '../../domain/clock.ts';
import type { EncoderName } from '../source-options.ts';
import { H264Encoder } from './h264-encoder.ts';
import type { OpenPictureEncoder } from './picture-encoder.ts';
import { ReopeningEncoder } from './reopening-encoder.ts';
import { V4l2m2mEncoder } from './v4l2m2m-encoder.ts';

/** An encoder of our own: the hardware's where it was asked for, else x264. */
export function openEncoderNamed(name: EncoderName, clock: Clock): OpenPictureEncoder {
  if (name !== 'v4l2m2m') return H264Encoder.open;
  return (format) => ReopeningEncoder.open(V4l2m2mEncoder.open, format, clock);
}
