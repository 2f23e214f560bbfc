/** What WHEP's requests and answers have in common: types, headers, refusals by method and type. */
import { type IceServer, MAX_SDP_CHARS, refuse } from '@perch/protocol';
import type { Context } from 'hono';
import { accepts } from 'hono/accepts';
import { iceServerLinks } from './ice-server-links.ts';

export const SDP = 'application/sdp';
export const SDP_FRAGMENT = 'application/trickle-ice-sdpfrag';

/** The methods of WHEP's endpoint (one for each stream) and of a session, for `Allow` and CORS. */
export const STREAM_METHODS = 'POST, OPTIONS';
export const SESSION_METHODS = 'PATCH, DELETE, OPTIONS';

/** What a page elsewhere may read of an answer. */
export const EXPOSED_HEADERS = 'Location, ETag, Link, Accept-Post, Accept-Patch, Retry-After';

export const NO_SESSION = refuse('refused', 'there is no such session, or not any more');
export const TOO_LARGE = refuse('too-large', `a description is at most ${MAX_SDP_CHARS} characters`);
export const BAD_TOKEN = refuse('token-invalid', 'the token is not one of this server');

export function optionsHeaders(methods: string): Headers {
  return new Headers({
    'Access-Control-Allow-Methods': methods,
    'Access-Control-Allow-Headers': 'Authorization, Content-Type, If-Match',
    'Accept-Post': SDP,
    'Accept-Patch': SDP_FRAGMENT,
    'Cache-Control': 'no-store',
  });
}

export function addLinks(headers: Headers, iceServers: readonly IceServer[]): void {
  for (const link of iceServerLinks(iceServers)) headers.append('Link', link);
}

export function acceptsSdp(context: Context): boolean {
  const header = context.req.header('Accept');
  if (header === undefined || header.includes('*/*')) return true;
  return accepts(context, { header: 'Accept', supports: [SDP], default: '' }) === SDP;
}
