/** The composition root: makes the rooms and the adapters, wires them, starts them and ends them in order. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { CloudflareTurn } from './adapters/cloudflare/cloudflare-turn.ts';
import { SharedSecretTurn } from './adapters/coturn/shared-secret-turn.ts';
import { createHttpApp } from './adapters/http/http-app.ts';
import { HttpListener } from './adapters/http/http-listener.ts';
import { readSite, type Site } from './adapters/http/site.ts';
import { RoomLog } from './adapters/room-log.ts';
import { systemScheduler } from './adapters/system-scheduler.ts';
import { WebSocketGateway } from './adapters/websocket/web-socket-gateway.ts';
import { noIceServers, stunOnly } from './domain/fixed-ice-servers.ts';
import type { IceServerSource } from './domain/ice-server-source.ts';
import { Rooms } from './domain/rooms.ts';
import type { Scheduler } from './domain/scheduler.ts';
import { TurnCredentials, type TurnMint } from './domain/turn-credentials.ts';
import type { ServerOptions } from './server-options.ts';
import { ServerStartError } from './server-start-error.ts';

export interface RunningServer {
  readonly host: string;
  readonly port: number;
  /** Says goodbye to every peer, ends every connection, resolves within about 2 s. May be called twice. */
  close(): Promise<void>;
}

/** What a test replaces to hold the clock. */
export interface ServerComponents {
  readonly scheduler: Scheduler;
}

const systemComponents: ServerComponents = { scheduler: systemScheduler };

/** Resolves when the port is open; rejects with a ServerStartError. */
export async function startServer(
  options: ServerOptions,
  { scheduler }: ServerComponents = systemComponents,
): Promise<RunningServer> {
  const { host, log } = options;
  const site = await openSite(options.siteDirectory);
  const startedAtMs = scheduler.now();
  const turn = createIceServers(options, scheduler);
  const roomLog = new RoomLog(log, scheduler);
  const { report } = roomLog;
  const randomToken = () => randomBytes(16).toString('base64url');
  const rooms = new Rooms({ randomToken, iceServers: turn.source, report });
  const gateway = new WebSocketGateway({ rooms, scheduler, report });
  const app = createHttpApp({
    rooms,
    iceServers: turn.source,
    turnKind: options.turn.kind,
    site,
    version: readVersion(),
    uptimeMs: () => scheduler.now() - startedAtMs,
  });
  const listener = new HttpListener({ app, gateway });

  const release = async () => {
    turn.close();
    await gateway.drain();
    listener.cutOff();
    roomLog.close();
  };
  // Peers come back the moment that the port opens; they are to find TURN servers then.
  await turn.start();
  const port = await listener.listen(host, options.port).catch(async (error: unknown) => {
    await release();
    throw error;
  });
  log.info({ host, port, turn: options.turn.kind }, 'listening');

  let closed: Promise<void> | undefined;
  const close = async () => {
    log.info('draining');
    const stopped = listener.stop();
    await release();
    await stopped;
    log.info('closed');
  };
  return {
    host,
    port,
    close: () => {
      closed ??= close();
      return closed;
    },
  };
}

interface IceServersHandle {
  readonly source: IceServerSource;
  start(): Promise<void>;
  close(): void;
}

function createIceServers({ turn, log }: ServerOptions, scheduler: Scheduler): IceServersHandle {
  const nothing = { start: () => Promise.resolve(), close: () => undefined };
  switch (turn.kind) {
    case 'none':
      return { source: noIceServers, ...nothing };
    case 'stun':
      return { source: stunOnly, ...nothing };
    case 'cloudflare':
      return keepFresh(new CloudflareTurn(turn));
    case 'shared-secret':
      return keepFresh(new SharedSecretTurn(turn, () => scheduler.now()));
  }

  function keepFresh(mint: TurnMint): IceServersHandle {
    const report = (failure: string | undefined) => {
      if (failure === undefined) log.debug('TURN credentials refreshed');
      else log.warn({ reason: failure }, 'TURN credentials could not be fetched');
    };
    const credentials = new TurnCredentials({ mint, scheduler, random: Math.random, report });
    return { source: credentials, start: () => credentials.start(), close: () => credentials.close() };
  }
}

async function openSite(directory: string): Promise<Site> {
  try {
    return await readSite(directory);
  } catch (cause) {
    const message = `the viewer is not in ${directory}: it has no index.html that can be read`;
    throw new ServerStartError('site-missing', message, { cause });
  }
}

function readVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return String((JSON.parse(text) as { version?: unknown }).version);
}
