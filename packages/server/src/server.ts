/** The composition root: makes the rooms and the adapters, wires them, starts them and ends them in order. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { oneLine } from '@perch/protocol';
import { ClientAddresses } from './adapters/http/client-address.ts';
import { createHttpApp } from './adapters/http/http-app.ts';
import { HttpListener } from './adapters/http/http-listener.ts';
import { Origins } from './adapters/http/origins.ts';
import { readSite, type Site } from './adapters/http/site.ts';
import { Metrics } from './adapters/metrics/metrics.ts';
import { RoomLog } from './adapters/room-log.ts';
import { systemScheduler } from './adapters/system-scheduler.ts';
import { createIceServerSource } from './adapters/turn/create-ice-server-source.ts';
import { WebSocketGateway } from './adapters/websocket/web-socket-gateway.ts';
import { LinkSharing } from './domain/access/link-sharing.ts';
import { AddressBook } from './domain/limits/address-book.ts';
import { DEFAULT_LIMITS } from './domain/limits/limits.ts';
import type { RoomEvent } from './domain/room-event.ts';
import { Rooms } from './domain/rooms.ts';
import type { Scheduler } from './domain/scheduler.ts';
import { Snapshots } from './domain/snapshot/snapshots.ts';
import type { TurnEvent } from './domain/turn/turn-provider.ts';
import { WhepSessions } from './domain/whep/whep-sessions.ts';
import type { ServerOptions } from './server-options.ts';
import { ServerStartError } from './server-start-error.ts';

/** How often addresses that are gone are forgotten. */
const SWEEP_MS = 60_000;

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
  const { host, log, authority, turn } = options;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const site = await openSite(options.siteDirectory);
  const now = () => scheduler.now();
  const startedAtMs = now();
  const clientAddresses = openClientAddresses(options.trustedProxies ?? []);
  const origins = new Origins(options.allowedOrigins ?? [], { open: authority.open });
  const addresses = new AddressBook(limits, now);
  const stopSweeping = scheduler.every(SWEEP_MS, () => addresses.sweep());

  const roomLog = new RoomLog(log, scheduler);
  const metrics = new Metrics(() => ({
    sockets: gateway.size,
    streams: rooms.counts.rooms,
    broadcasters: rooms.counts.broadcasters,
    viewers: rooms.counts.viewers,
    addresses: addresses.size,
    turnAvailable: iceServers.state.available,
  }));
  const report = (event: RoomEvent) => {
    roomLog.report(event);
    metrics.report(event);
    if (event.type === 'broadcaster-left' || event.type === 'broadcaster-registered') {
      snapshots.handleBroadcasterGone(event.streamId);
    }
  };
  const logTurn = (event: TurnEvent) => {
    if (event.type === 'mint-failed') log.warn({ reason: event.reason }, 'no TURN credentials');
    if (event.type === 'breaker') log.warn({ state: event.state }, 'asking the TURN service');
  };
  const randomToken = () => randomBytes(16).toString('base64url');
  const nextLogId = () => randomBytes(6).toString('base64url');
  const iceServers = createIceServerSource(turn, {
    scheduler,
    random: Math.random,
    randomId: randomToken,
    report: (event) => {
      metrics.reportTurn(event);
      logTurn(event);
    },
  });
  const rooms = new Rooms({ randomToken, authority, report });
  const snapshots = new Snapshots({ rooms, scheduler, randomToken });
  const connections = {
    rooms,
    snapshots,
    authority,
    iceServers,
    limits,
    now,
    report,
    scheduler,
    nextConnectionId: nextLogId,
  };
  const gateway = new WebSocketGateway({ ...connections, addresses, clientAddresses, origins });
  const whep = new WhepSessions({ ...connections, randomToken });
  const links =
    options.links === undefined
      ? undefined
      : new LinkSharing({
          authority,
          store: options.links,
          limits,
          now,
          report,
          reportTrouble: (error) => log.error({ reason: oneLine(error) }, 'a link can not be kept'),
        });
  const app = createHttpApp({
    rooms,
    authority,
    iceServers,
    turnKind: turn.kind,
    site,
    version: readVersion(),
    now,
    uptimeMs: () => now() - startedAtMs,
    isDraining: () => gateway.isDraining,
    metrics,
    metricsToken: options.metricsToken,
    whep,
    snapshots,
    addresses,
    clientAddresses,
    origins,
    links,
    log,
    nextRequestId: nextLogId,
    report,
  });
  const listener = new HttpListener({
    app,
    gateway,
    addresses,
    clientAddresses,
    limits,
    now,
    report,
    log,
  });

  const release = async () => {
    iceServers.close();
    whep.close();
    snapshots.close();
    await gateway.drain();
    listener.cutOff();
    stopSweeping();
    roomLog.close();
    metrics.close();
  };
  // Peers come back the moment that the port opens; they are to find TURN servers then.
  await iceServers.start();
  const port = await listener.listen(host, options.port).catch(async (error: unknown) => {
    await release();
    throw error;
  });
  log.info({ host, port, turn: turn.kind, open: authority.open }, 'listening');

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

function openClientAddresses(trustedProxies: readonly string[]): ClientAddresses {
  try {
    return new ClientAddresses(trustedProxies);
  } catch (cause) {
    const message = 'the trusted proxies are not addresses or networks, such as 127.0.0.1 or 10.0.0.0/8';
    throw new ServerStartError('bad-proxies', message, { cause });
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
