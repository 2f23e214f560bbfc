/** The checks of single values, from text as a person wrote it. Pure. */
import { decodeClientMessage, readTurnCredentials } from '@perch/protocol';
import { LOG_LEVELS, type LogLevel, type Read, refused } from './setting.ts';

/** Below this H.264 at any useful size is a smear; it is also where a missing "k" or "M" shows. */
const MIN_BITS_PER_SECOND = 50_000;
/** Level 4.1 with the baseline profile ends at 50 Mbit/s, and so do the Pi's encoders. */
const MAX_BITS_PER_SECOND = 50_000_000;

const MIN_SIDE = 64;
const MAX_SIDE = 4096;
const MAX_FRAMES_PER_SECOND = 120;
const MAX_PORT = 65_535;
/** Each viewer has a socket and a handshake of its own; what a small machine opens ends near a thousand files. */
const MAX_VIEWERS = 500;

export function readPort(text: string): Read<number> {
  return readWholeNumber(text, 0, MAX_PORT);
}

export function readFramesPerSecond(text: string): Read<number> {
  return readWholeNumber(text, 1, MAX_FRAMES_PER_SECOND);
}

export function readMaxViewers(text: string): Read<number> {
  return readWholeNumber(text, 1, MAX_VIEWERS);
}

/** H.264 codes colour for two pixels at a time: an odd side would need cropping, which cameras refuse. */
export function readSide(text: string): Read<number> {
  const side = readWholeNumber(text, MIN_SIDE, MAX_SIDE);
  if (side.ok && side.value % 2 !== 0) return refused(`must be even, such as ${side.value - 1}`);
  return side;
}

/** Bits per second: `2M`, `1500k`, `1.5M` or `2000000`. */
export function readBitrate(text: string): Read<number> {
  const parts = /^(\d+(?:\.\d+)?)([kKmM]?)$/.exec(text.trim());
  const unit = { k: 1000, m: 1_000_000 }[(parts?.[2] ?? '').toLowerCase()] ?? 1;
  const bits = Math.round(Number(parts?.[1]) * unit);
  if (bits >= MIN_BITS_PER_SECOND && bits <= MAX_BITS_PER_SECOND) return { ok: true, value: bits };
  return refused('must be bits per second from 50k to 50M, such as 2M, 1500k or 2000000');
}

/** A WebSocket URL. A page's URL is taken for the server behind it, and a bare address for `ws://`. */
export function readSignalingUrl(text: string): Read<string> {
  const expected = "must be the server's address, such as ws://203.0.113.7:8080";
  const url = parseUrl(withScheme(text.trim()));
  if (url === undefined || url.hostname === '') return refused(expected);
  if (/^your_/i.test(url.hostname)) return refused(`is still the placeholder; it ${expected}`);
  if (url.hash !== '') return refused(`must have no "#"; it ${expected}`);
  if (url.protocol === 'http:') url.protocol = 'ws:';
  if (url.protocol === 'https:') url.protocol = 'wss:';
  if (url.protocol !== 'ws:' && url.protocol !== 'wss:') return refused(expected);
  return { ok: true, value: url.href };
}

/** SPEC.md, WIRE6: the same check that the server makes. */
export function readStreamId(text: string): Read<string> {
  const decoded = decodeClientMessage(JSON.stringify({ type: 'join', stream_id: text }));
  if (decoded.ok) return { ok: true, value: text };
  return refused(decoded.reason.replace('join: stream_id ', ''));
}

export function readHost(text: string): Read<string> {
  const host = text.trim().replace(/^\[(.*)\]$/, '$1');
  const isAddress = /^[0-9a-fA-F:.]+(%[\w.-]+)?$/.test(host);
  const isName = /^[\w-]+(\.[\w-]+)*$/.test(host);
  if (isAddress || isName) return { ok: true, value: host };
  return refused(
    'must be an address of this machine without port or scheme, such as 0.0.0.0 (all) or 127.0.0.1',
  );
}

export function readLogLevel(text: string): Read<LogLevel> {
  const level = LOG_LEVELS.find((known) => known === text.trim().toLowerCase());
  return level === undefined
    ? refused(`must be one of ${LOG_LEVELS.join(', ')}`)
    : { ok: true, value: level };
}

/** A key or token that goes into an HTTP header or path: visible ASCII. Empty means not set. */
export function readCredential(text: string): Read<string> {
  const credential = text.trim();
  if (/^[\x21-\x7e]*$/.test(credential)) return { ok: true, value: credential };
  return refused('must have no spaces or special characters; copy it again');
}

/** `turn:` and `turns:` URLs, separated by commas. Empty means not set. */
export function readTurnUrls(text: string): Read<readonly string[]> {
  const urls = listOf(text);
  const known = readTurnCredentials({ iceServers: [{ urls }] }) !== undefined;
  if (known && urls.every((url) => /^turns?:/.test(url))) return { ok: true, value: urls };
  return refused('must be TURN URLs, such as turn:203.0.113.7:3478,turn:203.0.113.7:3478?transport=tcp');
}

/** Two days is the longest that Cloudflare gives, and a broadcaster gets twice a viewer's. */
const MAX_TURN_TTL_SECONDS = 86_400;
/** Shorter than it takes to connect is of no use. */
const MIN_TURN_TTL_SECONDS = 5;

export function readTurnTtl(text: string): Read<number> {
  return readWholeNumber(text, MIN_TURN_TTL_SECONDS, MAX_TURN_TTL_SECONDS);
}

/** No more than a machine can have; a zero would be a server for nobody. */
export function readLimit(text: string): Read<number> {
  return readWholeNumber(text, 1, 10_000_000);
}

/** Origins of web pages, with commas: `https://home.example`, or `*` for all. Empty means none. */
export function readOrigins(text: string): Read<readonly string[]> {
  const origins = listOf(text);
  if (origins.every((origin) => origin === '*' || isOrigin(origin))) return { ok: true, value: origins };
  return refused('must be origins of web pages, such as https://home.example, with commas, or *');
}

/** What proxy-addr understands. Empty means none. The server checks them. */
export function readProxies(text: string): Read<readonly string[]> {
  return { ok: true, value: listOf(text) };
}

/** Longer is no live picture any more; the field in the packets counts in 10 ms. */
const MAX_PLAYOUT_DELAY_MS = 2_000;

export function readPlayoutDelay(text: string): Read<number> {
  return readWholeNumber(text, 0, MAX_PLAYOUT_DELAY_MS);
}

export function readSwitch(text: string): Read<boolean> {
  return { ok: true, value: text === 'true' };
}

/** Hides what lets others in: a password before the host, which may have a slash, and a token behind the question mark. */
export function hideUrlSecrets(text: string): string {
  return text.replace(/(\/\/[^\s/:@]*):\S+@/g, '$1:***@').replace(/([?&]token=)[^\s&#]+/gi, '$1***');
}

function readWholeNumber(text: string, min: number, max: number): Read<number> {
  const trimmed = text.trim();
  const value = Number(trimmed);
  if (/^\d{1,9}$/.test(trimmed) && value >= min && value <= max) return { ok: true, value };
  return refused(`must be a whole number from ${min} to ${max}`);
}

function listOf(text: string): readonly string[] {
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

function isOrigin(text: string): boolean {
  const url = parseUrl(text);
  return url !== undefined && /^https?:$/.test(url.protocol) && url.origin === text && !text.includes('*');
}

function withScheme(text: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `ws://${text}`;
}

function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
