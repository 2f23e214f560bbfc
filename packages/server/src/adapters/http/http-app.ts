/**
 * What the server answers to HTTP: health, TURN credentials for clients that predate `ice_servers`, the viewer.
 * Holds no state. Answers come from memory, so nothing here waits.
 */
import { type Context, Hono } from 'hono';
import { cors } from 'hono/cors';
import type { IceServerSource } from '../../domain/ice-server-source.ts';
import type { Rooms } from '../../domain/rooms.ts';
import type { Site, SiteFile } from './site.ts';

export interface HttpAppComponents {
  readonly rooms: Rooms;
  readonly iceServers: IceServerSource;
  readonly turnKind: string;
  readonly site: Site;
  readonly version: string;
  readonly uptimeMs: () => number;
}

/** The page loads nothing from elsewhere; it opens a WebSocket to any server the link names. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "connect-src 'self' ws: wss:",
  "img-src 'self' data: blob:",
  "media-src 'self' blob:",
  "style-src 'self'",
  "base-uri 'none'",
].join('; ');

export function createHttpApp(components: HttpAppComponents): Hono {
  const { rooms, iceServers, site } = components;
  const app = new Hono();

  app.use(async (context, next) => {
    await next();
    context.header('X-Content-Type-Options', 'nosniff');
    // A link to a stream is a key to it: it does not travel to other sites.
    context.header('Referrer-Policy', 'no-referrer');
    context.header('Content-Security-Policy', CONTENT_SECURITY_POLICY);
  });

  app.get('/health', (context) => {
    const { broadcasters, viewers } = rooms.counts;
    const { available, reason } = iceServers.current();
    context.header('Cache-Control', 'no-store');
    return context.json({
      status: 'ok',
      broadcasters,
      viewers,
      turn: { kind: components.turnKind, available, ...(reason === undefined ? {} : { reason }) },
      uptimeSeconds: Math.floor(components.uptimeMs() / 1000),
      version: components.version,
    });
  });

  // Apps and pages that live elsewhere ask here too.
  app.use('/turn-credentials', cors({ origin: '*', allowMethods: ['GET'] }));
  app.get('/turn-credentials', (context) => {
    const { available, reason } = iceServers.current();
    context.header('Cache-Control', 'no-store');
    return context.json({
      iceServers: oneUrlEach(iceServers),
      ...(available ? {} : { turn: { available, reason } }),
    });
  });

  app.get('/', (context) => serve(context, site.index));
  app.get('/watch/:id', (context) => serve(context, site.index));
  app.get('*', (context) => {
    const file = site.files.get(pathOf(context));
    return file === undefined ? context.notFound() : serve(context, file);
  });

  app.notFound((context) => context.text('Not found\n', 404));
  app.onError((_error, context) => context.text('Something went wrong here\n', 500));
  return app;
}

/** Clients that predate Perch were given one URL in each entry, as a string, and may read nothing else. */
function oneUrlEach(source: IceServerSource) {
  return source
    .current()
    .iceServers.flatMap(({ urls, ...login }) => urls.map((url) => ({ urls: url, ...login })));
}

function serve(context: Context, file: SiteFile): Response {
  context.header('Cache-Control', file.cacheControl);
  context.header('ETag', file.etag);
  if (context.req.header('If-None-Match') === file.etag) return context.body(null, 304);
  context.header('Content-Type', file.contentType);
  return context.body(file.body);
}

function pathOf(context: Context): string {
  try {
    return decodeURIComponent(new URL(context.req.url).pathname);
  } catch {
    return '';
  }
}
