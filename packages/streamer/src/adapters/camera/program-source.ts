/** A video source whose H.264 comes from a child program's standard output, in Annex B byte stream format. */
import type { Logger } from 'pino';
import type { Clock } from '../../domain/clock.ts';
import { PipeFramer } from '../../domain/pipe-framer.ts';
import type { VideoSource, VideoSourceEvents } from '../../domain/video-source.ts';
import { ChildProgram } from './child-program.ts';

export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  /** About what it sends. */
  readonly bitsPerSecond: number;
}

/** Starts the program. It is running, or has failed by `onEnded`, when this returns. */
export function openProgramSource(
  { command, args, bitsPerSecond }: Program,
  components: { readonly clock: Clock; readonly log: Logger },
  events: VideoSourceEvents,
): VideoSource {
  const { clock, log } = components;
  const framer = new PipeFramer(clock, (accessUnit) => {
    events.onPicture({ layer: 'main', accessUnit, capturedMs: clock.nowMs() });
  });
  log.debug({ command, args }, 'starting the camera program');
  const program = new ChildProgram(command, args, {
    onBytes: (chunk) => framer.push(chunk),
    onLogLine: (line) => log.info({ program: command, line }, 'camera program says'),
    onExit: (reason) => {
      framer.flush();
      framer.close();
      events.onEnded(reason);
    },
  });
  return {
    main: {
      lowestBitsPerSecond: bitsPerSecond,
      highestBitsPerSecond: bitsPerSecond,
      forcesKeyframes: false,
      requestKeyframe: () => undefined,
      setBitsPerSecond: () => undefined,
    },
    low: undefined,
    close: async () => {
      framer.close();
      await program.close();
    },
  };
}
