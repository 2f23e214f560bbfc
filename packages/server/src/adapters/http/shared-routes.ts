/**
 * The routes that apps and pages elsewhere may ask, as far as their origin is allowed (SPEC.md, LIMIT9): what else comes
 * from a page is refused before anything is done, not only hidden from it. Programs send no Origin.
 */
import { refuse } from '@perch/protocol';
import type { MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import type { ClientAddresses } from './client-address.ts';
import type { HttpEnvironment } from './http-environment.ts';
import type { Origins } from './origins.ts';
import type { AnswerRefusal } from './problem.ts';

export const FOREIGN_PAGE = refuse(
  'forbidden',
  "this page may not use this server: see --allow-origin, or PERCH_PUBLIC_URL where the name is an open server's own",
);

/** For how long a browser need not ask again before it posts. */
const PREFLIGHT_SECONDS = 600;

export function sharedRoutes(
  origins: Origins,
  clientAddresses: ClientAddresses,
  refused: AnswerRefusal,
): MiddlewareHandler<HttpEnvironment> {
  const allow = cors({
    // Only who may comes here.
    origin: (origin) => (origin === '' ? undefined : origin),
    allowMethods: ['GET', 'POST'],
    allowHeaders: ['Authorization', 'Content-Type'],
    exposeHeaders: ['ETag', 'Retry-After'],
    maxAge: PREFLIGHT_SECONDS,
  });
  return async (context, next) => {
    const origin = context.req.header('Origin');
    const host = clientAddresses.hostOf(context.env.incoming);
    const isAllowed = origin === undefined ? origins.knows(host) : origins.allows(origin, host);
    if (isAllowed) return await allow(context, next);
    const response = refused(FOREIGN_PAGE);
    response.headers.set('Vary', 'Origin');
    return response;
  };
}
