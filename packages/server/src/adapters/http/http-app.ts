/**
 * What the server answers to HTTP: health, metrics, the streams, TURN credentials for clients that predate
 * `ice_servers`, the viewer. Holds no state.
 */
import { oneLine, type Refusal, stackOf } from '@perch/protocol';
import { type Context, Hono } from 'hono';
import { routePath } from 'hono/route';
import type { Logger } from 'pino';
import type { Authority } from '../../domain/access/authority.ts';
import type { LinkSharing } from '../../domain/access/link-sharing.ts';
import type { AddressBook } from '../../domain/limits/address-book.ts';
import type { RoomEvent } from '../../domain/room-event.ts';
import type { Rooms } from '../../domain/rooms.ts';
import type { Snapshots } from '../../domain/snapshot/snapshots.ts';
import type { IceServerSource, IceServerState } from '../../domain/turn/ice-session.ts';
import type { WhepSessions } from '../../domain/whep/whep-sessions.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { ClientAddresses } from './client-address.ts';
import type { HttpEnvironment } from './http-environment.ts';
import { linkRoutes } from './links.ts';
import { mayReadMetrics } from './metrics-access.ts';
import type { Origins } from './origins.ts';
import { counting, plainProblem, TOO_MANY_REQUESTS } from './problem.ts';
import { securityHeaders } from './security-headers.ts';
import { serveFile } from './serve-file.ts';
import { sharedRoutes } from './shared-routes.ts';
import type { Site } from './site.ts';
import { snapshotHandler } from './snapshot.ts';
import { tokenOf } from './token-of.ts';
import { whepRoutes } from './whep.ts';

export interface HttpAppComponents {
  readonly rooms: Rooms;
  readonly authority: Authority;
  readonly iceServers: IceServerSource;
  readonly turnKind: string;
  readonly site: Site;
  readonly version: string;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly uptimeMs: () => number;
  readonly isDraining: () => boolean;
  readonly metrics: Metrics;
  /** Lets one who is not on this machine read the metrics. */
  readonly metricsToken: string | undefined;
  readonly whep: WhepSessions;
  readonly snapshots: Snapshots;
  readonly addresses: AddressBook;
  readonly clientAddresses: ClientAddresses;
  readonly origins: Origins;
  /** Nobody makes links where it is missing. */
  readonly links: LinkSharing | undefined;
  readonly log: Logger;
  /** Names a request that failed, to whoever sent it and in the log. */
  readonly nextRequestId: () => string;
  readonly report: (event: RoomEvent) => void;
}

export function createHttpApp(components: HttpAppComponents): Hono<HttpEnvironment> {
  const { rooms, iceServers, site, authority, origins, report } = components;
  const app = new Hono<HttpEnvironment>();
  const refused = counting(report, 'http');

  app.use(securityHeaders(origins, components.clientAddresses, site));
  // Before the limit: a page elsewhere is to read that it was too much.
  const shared = sharedRoutes(origins, components.clientAddresses, refused);
  app.use('/turn-credentials', shared);
  app.use('/api/*', shared);
  app.use((context, next) => {
    const address = components.addresses.of(components.clientAddresses.keyOf(context.env.incoming));
    if (address.mayAsk()) return next();
    const answer = refused(TOO_MANY_REQUESTS);
    // Whoever goes on then has to connect anew, and is refused before anything is read.
    answer.headers.set('Connection', 'close');
    return Promise.resolve(answer);
  });

  app.get('/health', (context) => {
    const { broadcasters, viewers } = rooms.counts;
    const { available, reason } = iceServers.state;
    const draining = components.isDraining();
    context.header('Cache-Control', 'no-store');
    return context.json(
      {
        status: 'ok',
        broadcasters,
        viewers,
        ready: !draining,
        ...(draining ? { reason: 'the server is closing' } : {}),
        open: authority.open,
        turn: { kind: components.turnKind, available, ...(reason === undefined ? {} : { reason }) },
        uptimeSeconds: Math.floor(components.uptimeMs() / 1000),
        version: components.version,
      },
      draining ? 503 : 200,
    );
  });

  app.get('/metrics', async (context) => {
    if (!mayReadMetrics(context.env.incoming, components)) {
      report({ type: 'refused', code: 'forbidden', request: 'http' });
      const how = 'Metrics are for this machine, or for who has METRICS_TOKEN as a bearer token\n';
      return context.text(how, 403);
    }
    context.header('Cache-Control', 'no-store');
    return context.body(await components.metrics.render(), 200, {
      'Content-Type': components.metrics.contentType,
    });
  });

  app.get('/turn-credentials', async (context) => {
    context.header('Cache-Control', 'no-store');
    const grant = authority.identify(tokenOf(context.env.incoming));
    if (!grant.ok) return notAllowed(context, grant);
    const { current } = await iceServers.once();
    const { available, reason } = current;
    return context.json({
      iceServers: oneUrlEach(current),
      ...(available ? {} : { turn: { available, reason } }),
    });
  });

  app.get('/api/streams', (context) => {
    context.header('Cache-Control', 'no-store');
    const grant = authority.identify(tokenOf(context.env.incoming));
    if (!grant.ok) return notAllowed(context, grant);
    const streams = grant.value === undefined ? rooms.streams() : [rooms.stream(grant.value.streamId)];
    const share = components.links !== undefined && grant.value?.mayShare === true;
    return context.json({
      streams: streams.map(({ streamId, live, viewers }) => {
        return { stream_id: streamId, live, viewers, ...(share ? { share } : {}) };
      }),
    });
  });
  app.route('/api/streams', linkRoutes(components.links, counting(report, 'link')));

  app.get('/api/streams/:id/snapshot.jpg', snapshotHandler(components));

  app.route('/whep', whepRoutes({ ...components, sessions: components.whep }));

  app.get('/', (context) => serveFile(context, site.index));
  app.get('/watch/:id', (context) => serveFile(context, site.watch));
  for (const path of ['/check', '/check/:id']) app.get(path, (context) => serveFile(context, site.check));
  app.get('*', (context) => {
    const file = site.files.get(pathOf(context));
    return file === undefined ? context.notFound() : serveFile(context, file);
  });

  app.notFound((context) => context.text('Not found\n', 404));
  app.onError((error, context) => {
    const request = components.nextRequestId();
    // Not the path, which may have a token behind it.
    const route = `${context.req.method} ${routePath(context)}`;
    components.log.error(
      { request, route, reason: oneLine(error), stack: stackOf(error) },
      'a request failed',
    );
    return context.text(`Something went wrong here; the server's log has it as ${request}\n`, 500);
  });
  return app;

  function notAllowed(context: Context<HttpEnvironment>, refusal: Refusal) {
    report({ type: 'refused', code: refusal.code, request: 'http' });
    return plainProblem(context, refusal, 401);
  }
}

/** Clients that predate Perch were given one URL in each entry, as a string, and may read nothing else. */
function oneUrlEach({ iceServers }: IceServerState) {
  return iceServers.flatMap(({ urls, ...login }) => urls.map((url) => ({ urls: url, ...login })));
}

function pathOf(context: Context<HttpEnvironment>): string {
  try {
    return decodeURIComponent(new URL(context.req.url).pathname);
  } catch {
    return '';
  }
}
