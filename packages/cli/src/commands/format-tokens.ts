/** What `perch token` and the first start of `perch serve` print. Pure. */
import type { TokenEntry } from '@perch/server';
import { qrCode } from '../qr-code.ts';
import { type ServerPlace, signalingUrl, watchLink } from '../server-place.ts';
import { DEFAULT_STREAM_ID } from '../settings/tables.ts';
import { inColumns } from '../text-table.ts';

export interface TokenPage {
  readonly place: ServerPlace;
  /** A terminal's, for the QR code; undefined where there is none. */
  readonly columns: number | undefined;
}

/** One token, ready to be used. */
export function formatToken({ claims }: TokenEntry, token: string, { place, columns }: TokenPage): string {
  const { right, streamId, name, expiresAt, mayShare } = claims;
  const until = expiresAt === undefined ? 'until it is revoked' : `until ${formatTime(expiresAt * 1000)}`;
  const doing = right === 'publish' ? 'publish' : 'watch';
  const sharing = mayShare === true ? ', and make links for others' : '';
  const title = `"${name}": ${doing} ${streamId}${sharing}, ${until}`;
  const body = right === 'publish' ? publishLines(streamId, token, place) : viewLines(streamId, token, place);
  const code =
    right === 'view' && columns !== undefined
      ? qrCode(watchLink(place.origin, streamId, token), columns)
      : '';
  return [title, '', ...body, '', ...(code === '' ? [] : [code])].join('\n');
}

function publishLines(streamId: string, token: string, { origin }: ServerPlace): string[] {
  const stream = streamId === DEFAULT_STREAM_ID ? '' : ` --stream-id ${shellWord(streamId)}`;
  return [
    'On the Raspberry Pi:',
    `  PERCH_TOKEN=${token} perch stream --signaling-url ${signalingUrl(origin)}${stream}`,
  ];
}

function viewLines(streamId: string, token: string, { origin }: ServerPlace): string[] {
  return ['Open, or send to who may watch:', `  ${watchLink(origin, streamId, token)}`];
}

/** A line for each token, the oldest first. */
export function formatTokenList(entries: readonly TokenEntry[], nowMs: number): string {
  if (entries.length === 0) return 'No tokens yet; "perch token --help" says how to make one.\n';
  const names = new Map(entries.map(({ claims }) => [claims.id, claims.name]));
  const rows = [
    ['name', 'right', 'stream', 'expires', 'made by', 'revoked'],
    ...entries.map(({ claims: { name, right, streamId, expiresAt, mayShare, sharedBy }, revokedAtMs }) => [
      name,
      mayShare === true ? `${right}, share` : right,
      streamId,
      expiresAt === undefined ? 'never' : formatExpiry(expiresAt * 1000, nowMs),
      sharedBy === undefined ? '' : (names.get(sharedBy) ?? 'another server'),
      revokedAtMs === undefined ? '' : formatTime(revokedAtMs),
    ]),
  ];
  return `${inColumns(rows).join('\n')}\n`;
}

function formatExpiry(expiresAtMs: number, nowMs: number): string {
  return expiresAtMs > nowMs ? formatTime(expiresAtMs) : `${formatTime(expiresAtMs)} (over)`;
}

/** This machine's time, to the minute: Sweden writes it as ISO 8601 does. */
function formatTime(unixMs: number): string {
  return new Date(unixMs).toLocaleString('sv-SE').slice(0, '2026-11-22 22:15'.length);
}

/** As a shell takes it for one word. */
function shellWord(text: string): string {
  return /^[\w.-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
