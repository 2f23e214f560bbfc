/**
 * WHEP over HTTP (SPEC.md, WHEP rules): reads requests, hands them to the sessions and puts what comes of it into
 * statuses and headers. Holds no state.
 */
import { checkRelayableSdp, decodeClientMessage, MAX_SDP_CHARS, refuse } from '@perch/protocol';
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Authority } from '../../domain/access/authority.ts';
import type { AddressBook } from '../../domain/limits/address-book.ts';
import type { RoomEvent } from '../../domain/room-event.ts';
import type { IceServerSource } from '../../domain/turn/ice-session.ts';
import type { WhepSession } from '../../domain/whep/whep-session.ts';
import type { WhepSessions } from '../../domain/whep/whep-sessions.ts';
import type { ClientAddresses } from './client-address.ts';
import { contentType } from './content-type.ts';
import type { HttpEnvironment } from './http-environment.ts';
import type { Origins } from './origins.ts';
import { type AnswerRefusal, counting, wrongMethod, wrongType } from './problem.ts';
import { parseSdpFragment } from './sdp-fragment.ts';
import { FOREIGN_PAGE } from './shared-routes.ts';
import { tokenOf } from './token-of.ts';
import {
  acceptsSdp,
  addLinks,
  BAD_TOKEN,
  EXPOSED_HEADERS,
  NO_SESSION,
  optionsHeaders,
  SDP,
  SDP_FRAGMENT,
  SESSION_METHODS,
  STREAM_METHODS,
  TOO_LARGE,
} from './whep-http.ts';

export interface WhepRoutesComponents {
  readonly sessions: WhepSessions;
  readonly authority: Pick<Authority, 'check'>;
  readonly iceServers: Pick<IceServerSource, 'once'>;
  readonly addresses: AddressBook;
  readonly clientAddresses: ClientAddresses;
  readonly origins: Origins;
  readonly report: (event: RoomEvent) => void;
}

type WhepContext = Context<HttpEnvironment>;

/** UTF-8 takes up to three bytes for a UTF-16 code unit. */
const MAX_BODY_BYTES = 3 * MAX_SDP_CHARS;

/** To be mounted at `/whep`. */
export function whepRoutes(components: WhepRoutesComponents) {
  const { sessions, addresses, clientAddresses, origins, report } = components;
  const refused = counting(report, 'http');
  const refusedPost = counting(report, 'join');
  const refusedPatch = counting(report, 'relay');
  const app = new Hono<HttpEnvironment>();

  // Not by hono's cors, which answers every OPTIONS itself: players ask for ICE servers by it.
  app.use(async (context, next) => {
    const origin = context.req.header('Origin');
    if (!origins.allows(origin, clientAddresses.hostOf(context.env.incoming))) return refused(FOREIGN_PAGE);
    await next();
    if (origin !== undefined) {
      context.header('Access-Control-Allow-Origin', origin);
      context.header('Access-Control-Expose-Headers', EXPOSED_HEADERS);
      context.header('Vary', 'Origin', { append: true });
    }
    return undefined;
  });

  app.options('/:stream', async (context) => {
    const headers = optionsHeaders(STREAM_METHODS);
    const isPreflight = context.req.header('Access-Control-Request-Method') !== undefined;
    const right = components.authority.check(
      tokenOf(context.env.incoming),
      'view',
      context.req.param('stream'),
    );
    if (!isPreflight && right.ok) addLinks(headers, (await components.iceServers.once()).current.iceServers);
    return new Response(null, { status: 204, headers });
  });
  app.options('/:stream/:session', () => {
    return new Response(null, { status: 204, headers: optionsHeaders(SESSION_METHODS) });
  });

  app.post('/:stream', limited(refusedPost), async (context) => {
    const streamId = context.req.param('stream');
    const token = tokenOf(context.env.incoming);
    if (contentType(context) !== SDP) return wrongType(refusedPost, SDP, 'Accept-Post');
    if (!acceptsSdp(context)) return refusedPost(refuse('refused', `what there is to answer is ${SDP}`), 406);
    const sdp = await context.req.text();
    // As it would be on a socket.
    const join = decodeClientMessage(JSON.stringify({ type: 'join', stream_id: streamId, token }));
    if (!join.ok) return refusedPost(token === undefined || join.code === 'bad-stream-id' ? join : BAD_TOKEN);
    const refusal = sdp.length > MAX_SDP_CHARS ? TOO_LARGE : checkRelayableSdp(sdp);
    if (refusal !== undefined) return refusedPost(refusal);

    const address = addresses.of(clientAddresses.keyOf(context.env.incoming));
    const { session, outcome } = await sessions.open({ streamId, sdp, token, address });
    if (outcome.state === 'no-answer') {
      return refusedPost(refuse('refused', 'the camera did not answer in time; try again'), 504);
    }
    if (outcome.state === 'refused') return refusedPost(outcome.refusal);
    const headers = new Headers({
      'Content-Type': SDP,
      'Cache-Control': 'no-store',
      'Accept-Patch': SDP_FRAGMENT,
      ETag: session.etag,
      Location: `/whep/${encodeURIComponent(streamId)}/${session.id}`,
    });
    addLinks(headers, outcome.iceServers);
    return new Response(outcome.sdp, { status: 201, headers });
  });

  app.patch('/:stream/:session', limited(refusedPatch), async (context) => {
    const session = sessionOf(context);
    if (session === undefined) return refusedPatch(NO_SESSION, 404);
    if (contentType(context) !== SDP_FRAGMENT) return wrongType(refusedPatch, SDP_FRAGMENT, 'Accept-Patch');
    const match = context.req.header('If-Match') ?? '*';
    if (match !== '*' && match !== session.etag) {
      return refusedPatch(refuse('refused', 'the session has another ETag'), 412);
    }
    const fragment = parseSdpFragment(await context.req.text());
    if (!fragment.ok) return refusedPatch(fragment);
    const { userFragment, candidates } = fragment.value;
    if (userFragment !== undefined && !session.userFragments.has(userFragment)) {
      return refusedPatch(refuse('not-acceptable', 'there is no ICE restart here; make a new session'));
    }
    const refusal = session.addCandidates(candidates);
    return refusal === undefined ? new Response(null, { status: 204 }) : refusedPatch(refusal);
  });

  app.delete('/:stream/:session', (context) => {
    const session = sessionOf(context);
    if (session === undefined) return refused(NO_SESSION, 404);
    session.end();
    return new Response(null, { status: 200 });
  });

  app.all('/:stream', () => wrongMethod(refused, STREAM_METHODS));
  app.all('/:stream/:session', () => wrongMethod(refused, SESSION_METHODS));
  app.all('*', () => refused(refuse('refused', 'the address is /whep/ and the name of a stream'), 404));
  return app;

  function sessionOf(context: WhepContext): WhepSession | undefined {
    return sessions.get(context.req.param('stream') ?? '', context.req.param('session') ?? '');
  }
}

function limited(refused: AnswerRefusal): MiddlewareHandler<HttpEnvironment> {
  return bodyLimit({ maxSize: MAX_BODY_BYTES, onError: () => refused(TOO_LARGE) });
}
