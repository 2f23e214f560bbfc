/**
 * WHEP over HTTP (SPEC.md, WHEP rules): reads requests, hands them to the sessions and puts what comes of it into
 * statuses and headers. Holds no state.
 */
import { checkRelayableSdp, decodeClientMessage, MAX_SDP_CHARS, type Refusal, refuse } from '@perch/protocol';
import { type Context, Hono } from 'hono';
import { accepts } from 'hono/accepts';
import { bodyLimit } from 'hono/body-limit';
import { cors } from 'hono/cors';
import type { AddressBook } from '../../domain/limits/address-book.ts';
import type { WhepSession } from '../../domain/whep/whep-session.ts';
import type { WhepSessions } from '../../domain/whep/whep-sessions.ts';
import type { ClientAddresses } from './client-address.ts';
import type { HttpEnvironment } from './http-app.ts';
import { iceServerLinks } from './ice-server-links.ts';
import type { Origins } from './origins.ts';
import { problem } from './problem.ts';
import { parseSdpFragment } from './sdp-fragment.ts';
import { tokenOf } from './token-of.ts';

export interface WhepRoutesComponents {
  readonly sessions: WhepSessions;
  readonly addresses: AddressBook;
  readonly clientAddresses: ClientAddresses;
  readonly origins: Origins;
}

type WhepContext = Context<HttpEnvironment>;

const SDP = 'application/sdp';
const SDP_FRAGMENT = 'application/trickle-ice-sdpfrag';

/** UTF-8 takes up to three bytes for a UTF-16 code unit. */
const MAX_BODY_BYTES = 3 * MAX_SDP_CHARS;

/** To be mounted at `/whep`. */
export function whepRoutes({ sessions, addresses, clientAddresses, origins }: WhepRoutesComponents) {
  const app = new Hono<HttpEnvironment>();
  const isAllowed = (origin: string | undefined, context: WhepContext) =>
    origins.allows(origin, clientAddresses.hostOf(context.env.incoming));

  app.use(async (context, next) => {
    await next();
    if (context.req.method !== 'OPTIONS') return;
    context.header('Accept-Post', SDP);
    context.header('Accept-Patch', SDP_FRAGMENT);
  });
  app.use(
    cors({
      origin: (origin, context: WhepContext) => (isAllowed(origin, context) ? origin : undefined),
      allowMethods: ['POST', 'PATCH', 'DELETE'],
      allowHeaders: ['Authorization', 'Content-Type', 'If-Match'],
      exposeHeaders: ['Location', 'ETag', 'Link', 'Retry-After'],
    }),
  );
  app.use((context, next) => {
    if (isAllowed(context.req.header('Origin'), context)) return next();
    return Promise.resolve(problem(FOREIGN_PAGE));
  });
  const limit = bodyLimit({ maxSize: MAX_BODY_BYTES, onError: () => problem(TOO_LARGE) });

  app.post('/:stream', limit, async (context) => {
    const streamId = context.req.param('stream');
    const token = tokenOf(context.env.incoming);
    if (contentType(context) !== SDP) return wrongType(SDP, 'Accept-Post');
    if (!acceptsSdp(context)) return problem(refuse('refused', `what there is to answer is ${SDP}`), 406);
    const sdp = await context.req.text();
    // As it would be on a socket.
    const join = decodeClientMessage(JSON.stringify({ type: 'join', stream_id: streamId, token }));
    if (!join.ok) return problem(token === undefined || join.code === 'bad-stream-id' ? join : BAD_TOKEN);
    const refusal = sdp.length > MAX_SDP_CHARS ? TOO_LARGE : checkRelayableSdp(sdp);
    if (refusal !== undefined) return problem(refusal);

    const address = addresses.of(clientAddresses.keyOf(context.env.incoming));
    const { session, outcome } = await sessions.open({ streamId, sdp, token, address });
    if (outcome.state === 'no-answer') {
      return problem(refuse('refused', 'the camera did not answer in time; try again'), 504);
    }
    if (outcome.state === 'refused') return problem(outcome.refusal);
    const headers = new Headers({
      'Content-Type': SDP,
      'Cache-Control': 'no-store',
      'Accept-Patch': SDP_FRAGMENT,
      ETag: session.etag,
      Location: `/whep/${encodeURIComponent(streamId)}/${session.id}`,
    });
    for (const link of iceServerLinks(outcome.iceServers)) headers.append('Link', link);
    return new Response(outcome.sdp, { status: 201, headers });
  });

  app.patch('/:stream/:session', limit, async (context) => {
    const session = sessionOf(context);
    if (session === undefined) return problem(NO_SESSION, 404);
    if (contentType(context) !== SDP_FRAGMENT) return wrongType(SDP_FRAGMENT, 'Accept-Patch');
    const match = context.req.header('If-Match') ?? '*';
    if (match !== '*' && match !== session.etag) {
      return problem(refuse('refused', 'the session has another ETag'), 412);
    }
    const fragment = parseSdpFragment(await context.req.text());
    if (!fragment.ok) return problem(fragment);
    const { userFragment, candidates } = fragment.value;
    if (userFragment !== undefined && !session.userFragments.has(userFragment)) {
      return problem(refuse('not-acceptable', 'there is no ICE restart here; make a new session'));
    }
    for (const candidate of candidates) session.addCandidate(candidate);
    return new Response(null, { status: 204 });
  });

  app.delete('/:stream/:session', (context) => {
    const session = sessionOf(context);
    if (session === undefined) return problem(NO_SESSION, 404);
    session.end();
    return new Response(null, { status: 200 });
  });

  app.all('/:stream', () => wrongMethod('POST, OPTIONS'));
  app.all('/:stream/:session', () => wrongMethod('PATCH, DELETE, OPTIONS'));
  app.all('*', () => problem(refuse('refused', 'the address is /whep/ and the name of a stream'), 404));
  return app;

  function sessionOf(context: WhepContext): WhepSession | undefined {
    return sessions.get(context.req.param('stream') ?? '', context.req.param('session') ?? '');
  }
}

const NO_SESSION = refuse('refused', 'there is no such session, or not any more');
const FOREIGN_PAGE = refuse('forbidden', 'this page may not use this server (see --allow-origin)');
const TOO_LARGE = refuse('too-large', `a description is at most ${MAX_SDP_CHARS} characters`);
const BAD_TOKEN: Refusal = refuse('token-invalid', 'the token is not one of this server');

function contentType(context: WhepContext): string {
  const [type = ''] = (context.req.header('Content-Type') ?? '').split(';', 1);
  return type.trim().toLowerCase();
}

function acceptsSdp(context: WhepContext): boolean {
  const header = context.req.header('Accept');
  if (header === undefined || header.includes('*/*')) return true;
  return accepts(context, { header: 'Accept', supports: [SDP], default: '' }) === SDP;
}

function wrongType(type: string, header: string): Response {
  const response = problem(refuse('refused', `what is taken here is ${type}`), 415);
  response.headers.set(header, type);
  return response;
}

function wrongMethod(allowed: string): Response {
  const response = problem(refuse('refused', `the methods here are ${allowed}`), 405);
  response.headers.set('Allow', allowed);
  return response;
}
