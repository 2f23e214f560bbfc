/**
 * What the server answers to HTTP: health, metrics, the streams, TURN credentials for clients that predate
 * `ice_servers`, the viewer. Holds no state.
 */
import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { cors } from 'hono/cors';
import { secureHeaders } from 'hono/secure-headers';
import type { Authority } from '../../domain/access/authority.ts';
import type { AddressBook } from '../../domain/limits/address-book.ts';
import type { Rooms } from '../../domain/rooms.ts';
import type { IceServerSource, IceServerState } from '../../domain/turn/ice-session.ts';
import type { WhepSessions } from '../../domain/whep/whep-sessions.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { ClientAddresses } from './client-address.ts';
import { mayReadMetrics } from './metrics-access.ts';
import type { Origins } from './origins.ts';
import type { Site, SiteFile } from './site.ts';
import { tokenOf } from './token-of.ts';
import { whepRoutes } from './whep.ts';

export interface HttpEnvironment {
  Bindings: HttpBindings;
}

export interface HttpAppComponents {
  readonly rooms: Rooms;
  readonly authority: Authority;
  readonly iceServers: IceServerSource;
  readonly turnKind: string;
  readonly site: Site;
  readonly version: string;
  readonly uptimeMs: () => number;
  readonly isDraining: () => boolean;
  readonly metrics: Metrics;
  /** Lets one who is not on this machine read the metrics. */
  readonly metricsToken: string | undefined;
  readonly whep: WhepSessions;
  readonly addresses: AddressBook;
  readonly clientAddresses: ClientAddresses;
  readonly origins: Origins;
}

export function createHttpApp(components: HttpAppComponents): Hono<HttpEnvironment> {
  const { rooms, iceServers, site, authority, origins } = components;
  const app = new Hono<HttpEnvironment>();

  app.use(securityHeaders(origins, components.clientAddresses));
  app.use((context, next) => {
    const address = components.addresses.of(components.clientAddresses.keyOf(context.env.incoming));
    if (address.mayAsk()) return next();
    context.header('Retry-After', '10');
    return Promise.resolve(context.text('Too many requests from this address; come back in a moment\n', 429));
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
    if (!mayReadMetrics(context.env.incoming, components.metricsToken)) {
      const how = 'Metrics are for this machine, or for who has METRICS_TOKEN as a bearer token\n';
      return context.text(how, 403);
    }
    context.header('Cache-Control', 'no-store');
    return context.body(await components.metrics.render(), 200, {
      'Content-Type': components.metrics.contentType,
    });
  });

  // Apps and pages that live elsewhere ask these, where their origin is allowed.
  const shared = cors({
    origin: (origin, context: Context<HttpEnvironment>) =>
      origins.allows(origin, components.clientAddresses.hostOf(context.env.incoming)) ? origin : undefined,
    allowMethods: ['GET'],
    allowHeaders: ['Authorization'],
  });
  app.use('/turn-credentials', shared);
  app.use('/api/*', shared);

  app.get('/turn-credentials', async (context) => {
    context.header('Cache-Control', 'no-store');
    const grant = authority.identify(tokenOf(context.env.incoming));
    if (!grant.ok) return context.json({ error: grant.reason, code: grant.code }, 401);
    const state = await iceServers.once();
    const { available, reason } = state;
    return context.json({
      iceServers: oneUrlEach(state),
      ...(available ? {} : { turn: { available, reason } }),
    });
  });

  app.get('/api/streams', (context) => {
    context.header('Cache-Control', 'no-store');
    const grant = authority.identify(tokenOf(context.env.incoming));
    if (!grant.ok) return context.json({ error: grant.reason, code: grant.code }, 401);
    const streams = grant.value === undefined ? rooms.streams() : [rooms.stream(grant.value.streamId)];
    return context.json({
      streams: streams.map(({ streamId, live, viewers }) => ({ stream_id: streamId, live, viewers })),
    });
  });

  app.route('/whep', whepRoutes({ ...components, sessions: components.whep }));

  app.get('/', (context) => serve(context, site.index));
  app.get('/watch/:id', (context) => serve(context, site.watch));
  app.get('*', (context) => {
    const file = site.files.get(pathOf(context));
    return file === undefined ? context.notFound() : serve(context, file);
  });

  app.notFound((context) => context.text('Not found\n', 404));
  app.onError((_error, context) => context.text('Something went wrong here\n', 500));
  return app;
}

/**
 * The page loads nothing from elsewhere, and connects to where it came from alone. Its address is a key to a stream and
 * does not travel to other sites. Only pages that may use the server may have it in a frame.
 */
function securityHeaders(origins: Origins, clientAddresses: ClientAddresses) {
  /** `'self'` has no WebSockets in it for Safari before 15.4, so they are named. */
  const webSockets = ({ env }: Context<HttpEnvironment>): string => {
    const host = validHost(clientAddresses.hostOf(env.incoming));
    return host === undefined ? '' : `ws://${host} wss://${host}`;
  };
  return secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'self'"],
      connectSrc: ["'self'", webSockets],
      imgSrc: ["'self'", 'data:', 'blob:'],
      mediaSrc: ["'self'", 'blob:'],
      styleSrc: ["'self'"],
      scriptSrc: ["'self'"],
      objectSrc: ["'none'"],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'self'", ...origins.list],
    },
    referrerPolicy: 'no-referrer',
    // The player may be used in pages elsewhere, and the page stand in a frame of those that frame-ancestors names.
    crossOriginResourcePolicy: false,
    xFrameOptions: false,
    // Whether the address has HTTPS at all is the proxy's to know.
    strictTransportSecurity: false,
    permissionsPolicy: { camera: [], microphone: [], geolocation: [] },
  });
}

/** As it may stand in a header. */
function validHost(host: string | undefined): string | undefined {
  try {
    return host === undefined ? undefined : new URL(`http://${host}`).host;
  } catch {
    return undefined;
  }
}

/** Clients that predate Perch were given one URL in each entry, as a string, and may read nothing else. */
function oneUrlEach({ iceServers }: IceServerState) {
  return iceServers.flatMap(({ urls, ...login }) => urls.map((url) => ({ urls: url, ...login })));
}

function serve(context: Context<HttpEnvironment>, file: SiteFile): Response {
  context.header('Cache-Control', file.cacheControl);
  context.header('ETag', file.etag);
  if (context.req.header('If-None-Match') === file.etag) return context.body(null, 304);
  context.header('Content-Type', file.contentType);
  return context.body(file.body);
}

function pathOf(context: Context<HttpEnvironment>): string {
  try {
    return decodeURIComponent(new URL(context.req.url).pathname);
  } catch {
    return '';
  }
}
