/** What the pages ask their own server over HTTP: its streams, a still of one, and a link to share. Answers are checked. */
import type { Listing, ServerStream } from '../domain/cameras/server-streams.ts';
import { timedFetch } from './timed-fetch.ts';

/** A server that takes longer is out of reach for the one who waits. */
const TIMEOUT_MS = 8_000;

/** `GET /api/streams`. Rejects when no server answers. */
export async function listStreams(token: string | undefined): Promise<Listing> {
  const { response, body } = await ask('/api/streams', token);
  if (response.ok) return { ok: true, streams: readArray(field(body, 'streams')).flatMap(readStream) };
  if (response.status === 401 || response.status === 403) return { ok: false, code: readCode(body) };
  throw new Error(`the server answered ${response.status} to /api/streams`);
}

/** A JPEG of now; undefined where there is none, for whatever reason. */
export async function fetchStill(streamId: string, token: string | undefined): Promise<Blob | undefined> {
  try {
    const path = `/api/streams/${encodeURIComponent(streamId)}/snapshot.jpg`;
    const options = { headers: headersOf(token), timeoutMs: TIMEOUT_MS };
    return await timedFetch(path, options, async (response) => (response.ok ? response.blob() : undefined));
  } catch {
    return undefined;
  }
}

export type NewLink =
  | { readonly ok: true; readonly token: string; readonly expiresAtMs: number | undefined }
  | { readonly ok: false; readonly code: string };

/** `POST /api/streams/ID/links`: a token for somebody else, that lasts `seconds`. Rejects when no server answers. */
export async function makeLink(
  streamId: string,
  token: string | undefined,
  seconds: number,
): Promise<NewLink> {
  const { response, body } = await ask(`/api/streams/${encodeURIComponent(streamId)}/links`, token, {
    method: 'POST',
    body: JSON.stringify({ expires_in: seconds }),
  });
  if (response.status === 429) return { ok: false, code: 'too-many-links' };
  const made = field(body, 'token');
  if (!response.ok || typeof made !== 'string') return { ok: false, code: readCode(body) };
  const expiresAtMs = Date.parse(String(field(body, 'expires_at')));
  return { ok: true, token: made, expiresAtMs: Number.isNaN(expiresAtMs) ? undefined : expiresAtMs };
}

async function ask(
  path: string,
  token: string | undefined,
  options: RequestInit = {},
): Promise<{ readonly response: Response; readonly body: unknown }> {
  const headers = headersOf(token);
  if (options.body !== undefined) headers.set('Content-Type', 'application/json');
  return await timedFetch(path, { ...options, headers, timeoutMs: TIMEOUT_MS }, async (response) => {
    const body: unknown = await response.json();
    return { response, body };
  });
}

function headersOf(token: string | undefined): Headers {
  return new Headers(token === undefined ? {} : { Authorization: `Bearer ${token}` });
}

function readStream(entry: unknown): ServerStream[] {
  const streamId = field(entry, 'stream_id');
  const live = field(entry, 'live');
  const viewers = field(entry, 'viewers');
  if (typeof streamId !== 'string' || typeof live !== 'boolean') return [];
  return [
    {
      streamId,
      live,
      viewers: typeof viewers === 'number' ? viewers : 0,
      mayShare: field(entry, 'share') === true,
    },
  ];
}

function readCode(body: unknown): string {
  const code = field(body, 'code');
  return typeof code === 'string' ? code : 'refused';
}

function readArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
