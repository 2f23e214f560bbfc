/** The checks of what belongs to tokens, from text as a person wrote it. Pure. */
import { resolve } from 'node:path';
import { isTokenName, MAX_TOKEN_NAME_CHARS } from '@perch/protocol';
import { readStreamId } from './read-value.ts';
import { type Read, refused } from './setting.ts';

const MINUTE_MS = 60 * 1000;
const UNITS_MS: Readonly<Record<string, number>> = {
  m: MINUTE_MS,
  h: 60 * MINUTE_MS,
  d: 24 * 60 * MINUTE_MS,
  w: 7 * 24 * 60 * MINUTE_MS,
};
/** Longer is for ever, which is what no --expires means. */
const LONGEST_MS = 10 * 366 * 24 * 60 * MINUTE_MS;

export function readStateDirectory(text: string): Read<string> {
  return { ok: true, value: resolve(text) };
}

/** `30m`, `24h`, `7d` or `2w`, in milliseconds. Empty means for ever. */
export function readLifetime(text: string): Read<number | undefined> {
  if (text === '') return { ok: true, value: undefined };
  const [, count, unit = ''] = /^(\d{1,6})\s*([mhdw])$/i.exec(text.trim()) ?? [];
  const lifetimeMs = Number(count) * (UNITS_MS[unit.toLowerCase()] ?? 0);
  if (lifetimeMs >= MINUTE_MS && lifetimeMs <= LONGEST_MS) return { ok: true, value: lifetimeMs };
  return refused('must be a time from 1m to ten years, such as 30m, 24h, 7d or 4w');
}

/** Shown in lists and typed again to revoke it. Empty means not given. */
export function readTokenName(text: string): Read<string | undefined> {
  const name = text.trim();
  if (name === '') return { ok: true, value: undefined };
  if (isTokenName(name)) return { ok: true, value: name };
  return refused(`must be a name of at most ${MAX_TOKEN_NAME_CHARS} characters, such as "Grandma"`);
}

/** What `perch token --publish` printed. Empty means that the server needs none. */
export function readToken(text: string): Read<string> {
  const token = text.trim();
  if (token === '' || /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) return { ok: true, value: token };
  return refused('must be what "perch token --publish" prints on the server; copy it again');
}

/** Empty means not given. */
export function readStreamIdOrNone(text: string): Read<string | undefined> {
  return text === '' ? { ok: true, value: undefined } : readStreamId(text);
}

/** How a page is opened from outside, without a path: `https://cam.example.org`. Empty means not set. */
export function readPublicUrl(text: string): Read<string | undefined> {
  const trimmed = text.trim();
  if (trimmed === '') return { ok: true, value: undefined };
  const url = URL.canParse(trimmed) ? new URL(trimmed) : undefined;
  const bare = url?.pathname === '/' && url.search === '' && url.hash === '' && url.username === '';
  if (bare && /^https?:$/.test(url.protocol)) return { ok: true, value: url.origin };
  return refused(
    "must be the server's address as a browser needs it, such as http://203.0.113.7:8080 or https://cam.example.org",
  );
}
