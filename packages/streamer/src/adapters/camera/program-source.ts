/** A video source whose H.264 comes from a child program's standard output, in Annex B byte stream format. Owns the program. */
import type { VideoFormat } from '@perch/rtp';
import { PipeFramer } from '../../domain/pipe-framer.ts';
import type { VideoSource, VideoSourceEvents } from '../../domain/video-source.ts';
import { FixedSource } from '../fixed-source.ts';
import type { TranscodedLowComponents } from '../transcoded-low.ts';
import { ChildProgram } from './child-program.ts';

export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  /** About what it sends. */
  readonly format: VideoFormat;
}

/** Starts the program. It is running, or has failed by `onEnded`, when this returns. */
export function openProgramSource(
  { command, args, format }: Program,
  components: TranscodedLowComponents,
  events: VideoSourceEvents,
): VideoSource {
  const { clock, log } = components;
  const framer = new PipeFramer(clock, (accessUnit) => source.handlePicture(accessUnit));
  const closeInput = () => {
    framer.close();
    return program.close();
  };
  const source = new FixedSource({ format, closeInput }, components, events);
  log.debug({ command, args }, 'starting the camera program');
  const program = new ChildProgram(command, args, {
    onBytes: (chunk) => {
      source.handleLife();
      framer.push(chunk);
    },
    onLogLine: (line) => log.info({ program: command, line }, 'camera program says'),
    onExit: (reason) => {
      framer.flush();
      framer.close();
      source.handleEnd(reason);
    },
  });
  return source;
}
