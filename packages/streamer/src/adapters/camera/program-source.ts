/**
 * A video source whose H.264 comes from a child program's standard output, in Annex B byte stream format. The
 * program's rate is fixed; a smaller layer is made of its pictures when somebody needs it. A program that hangs has
 * ended, as far as `onEnded` is concerned, and `close` ends it.
 */
import type { VideoFormat } from '@perch/rtp';
import type { Logger } from 'pino';
import type { Clock } from '../../domain/clock.ts';
import { PipeFramer } from '../../domain/pipe-framer.ts';
import { SilenceWatch } from '../../domain/silence-watch.ts';
import type { VideoSource, VideoSourceEvents } from '../../domain/video-source.ts';
import { FixedRateLayer } from '../fixed-rate-layer.ts';
import { TranscodedLow, type TranscodedLowComponents } from '../transcoded-low.ts';
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
  components: TranscodedLowComponents & { readonly clock: Clock; readonly log: Logger },
  events: VideoSourceEvents,
): VideoSource {
  const { clock, log } = components;
  const main = new FixedRateLayer(clock, format.bitsPerSecond);
  const low = TranscodedLow.below(format, components, events);
  const framer = new PipeFramer(clock, (accessUnit) => {
    const picture = { layer: 'main', accessUnit, capturedMs: clock.nowMs() } as const;
    main.handlePicture(picture);
    events.onPicture(picture);
    low?.handleMainPicture(picture);
  });
  let ended = false;
  const end = (reason: string): void => {
    if (ended) return;
    ended = true;
    watch.close();
    framer.flush();
    framer.close();
    events.onEnded(reason);
  };
  const watch = new SilenceWatch(clock, format, end);
  log.debug({ command, args }, 'starting the camera program');
  const program = new ChildProgram(command, args, {
    onBytes: (chunk) => {
      watch.handleLife();
      framer.push(chunk);
    },
    onLogLine: (line) => log.info({ program: command, line }, 'camera program says'),
    onExit: end,
  });
  return {
    main,
    get size() {
      return main.size;
    },
    get low() {
      return low?.failed === true ? undefined : low;
    },
    close: async () => {
      ended = true;
      watch.close();
      framer.close();
      await Promise.all([program.close(), low?.close()]);
    },
  };
}
