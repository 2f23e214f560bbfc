/** The streamer put together: camera, broadcast, viewers, server. */
import type { VideoFormat } from '@perch/rtp';
import type { Logger } from 'pino';
import { UPRIGHT } from './adapters/av/fit-filters.ts';
import { datachannelOpener } from './adapters/datachannel-opener.ts';
import { fetchIceServers } from './adapters/fetch-ice-servers.ts';
import { lazyJpeg } from './adapters/lazy-jpeg.ts';
import { resolveSource } from './adapters/open-source.ts';
import { ServerLink } from './adapters/server-link.ts';
import type { CameraSettings, EncoderName } from './adapters/source-options.ts';
import { systemClock as clock } from './adapters/system-clock.ts';
import { Broadcast } from './domain/broadcast.ts';
import { Broadcaster, DEFAULT_MAX_VIEWERS } from './domain/broadcaster.ts';
import { SpareTransport } from './domain/spare-transport.ts';
import type { StreamerError } from './domain/streamer-error.ts';
import { type CameraState, SupervisedSource } from './domain/supervised-source.ts';
import type { ViewerReport } from './domain/viewers.ts';

export interface StreamerOptions extends VideoFormat {
  /** `ws:` or `wss:`, any path. */
  readonly signalingUrl: string;
  readonly streamId: string;
  /** The right to publish the stream; a server that is open needs none. */
  readonly token?: string | undefined;
  /** As `resolveSource` reads it: `auto`, `rpicam`, `rtsp://ADDRESS` and so on. */
  readonly source: string;
  /** `auto` unless given. */
  readonly encoder?: EncoderName;
  /** As it is unless given. */
  readonly camera?: CameraSettings;
  /** How many may watch at once; DEFAULT_MAX_VIEWERS unless given. */
  readonly maxViewers?: number;
  /** How long a viewer is to hold each picture back, in milliseconds: 0, the default, shows it at once. */
  readonly playoutDelayMs?: number;
  readonly log: Logger;
}

export interface RunningStreamer {
  /** One of each viewer who is connected. */
  stats(): readonly ViewerReport[];
  /** Ends everything; resolves when the camera is free. May be called twice. */
  close(): Promise<void>;
  /** Resolves after `close`; rejects with a StreamerError when the streamer has to end by itself. */
  readonly ended: Promise<void>;
}

/**
 * Starts the source, then connects to the server and stays connected. Resolves when the source runs, whether the
 * server can be reached or not; rejects with a StreamerError when the source can't be started.
 */
export async function startStreamer(options: StreamerOptions): Promise<RunningStreamer> {
  const { log, signalingUrl, streamId } = options;
  const { width, height, framesPerSecond, bitsPerSecond } = options;
  const format: VideoFormat = { width, height, framesPerSecond, bitsPerSecond };
  const random = Math.random;
  const { encoder = 'auto', camera = UPRIGHT, playoutDelayMs = 0 } = options;
  const open = await resolveSource(options.source, { format, encoder, camera }, { clock, log });

  const broadcast = new Broadcast({ clock, random }, format, {
    minMs: playoutDelayMs,
    maxMs: playoutDelayMs,
  });
  let tellCameraState = (_state: CameraState): void => undefined;
  const source = new SupervisedSource({
    open,
    broadcast,
    clock,
    random,
    log,
    onCameraState: (state) => tellCameraState(state),
  });
  await source.start();
  // The kind alone: a command or a path may hold a password.
  log.info({ source: options.source.replace(/:.*/su, ''), ...format }, 'video source started');

  let settle: (error?: StreamerError) => void = () => undefined;
  const ended = new Promise<void>((resolve, reject) => {
    settle = (error) => (error === undefined ? resolve() : reject(error));
  });
  // Who does not ask how it ended must not be told by an unhandled rejection.
  ended.catch(() => undefined);
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= (async () => {
      link.close();
      broadcaster.close();
      spare.close();
      await source.close();
      settle();
    })();
    return closing;
  };
  const spare = new SpareTransport({ openTransport: datachannelOpener(log), clock, log }, broadcast.offer);
  const broadcaster = new Broadcaster(
    {
      broadcast,
      openTransport: spare.open,
      clock,
      random,
      fetchIceServers: () => fetchIceServers(signalingUrl, log),
      encodeJpeg: lazyJpeg,
      log,
    },
    { streamId, token: options.token, maxViewers: options.maxViewers ?? DEFAULT_MAX_VIEWERS },
    {
      onRegistered: () => {
        link.confirm();
        log.info({ stream: streamId }, 'registered with the server');
      },
      onIceServers: (iceServers) => spare.useIceServers(iceServers),
      onFailed: (error) => {
        settle(error);
        void close();
      },
    },
  );
  tellCameraState = (state) => broadcaster.handleCameraState(state);
  let link: ServerLink;
  try {
    link = new ServerLink(
      signalingUrl,
      { clock, random, log },
      {
        onUp: (up) => broadcaster.handleLinkUp(up),
        onMessage: (message) => broadcaster.handleMessage(message),
        onDown: () => broadcaster.handleLinkDown(),
      },
    );
  } catch (error) {
    // ws takes no such URL.
    broadcaster.close();
    spare.close();
    await source.close();
    throw error;
  }
  return { close, ended, stats: () => broadcaster.stats() };
}
