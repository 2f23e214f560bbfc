/** What an attacker does, as fast as it can: so many sockets at a time, each opened again as soon as it is closed. */
import type { Socket } from 'node:net';
import { fragments, HANDSHAKE, pongFrame, textFrame } from './raw-web-socket.ts';

export const STREAM_ID = 'pi-camera-stream';

export interface Attack {
  /** At the same time; the server allows fewer. */
  readonly sockets: number;
  /** Sent when a socket is open. */
  readonly first?: Buffer;
  /** Sent for as long as the server takes it. */
  readonly again?: Buffer;
  /** Sent a byte at a time, one every DRIP_MS. */
  readonly drip?: Buffer;
  /** It takes nothing of what the server sends. */
  readonly isDeaf?: boolean;
}

export const DRIP_MS = 250;

/** Written at once: a few system calls a megabyte. */
const CHUNK_BYTES = 64 * 1024;

const join = textFrame({ type: 'join', stream_id: STREAM_ID });
const candidate = textFrame({
  type: 'ice-candidate',
  to: STREAM_ID,
  candidate: `candidate:1 1 udp 2122260223 192.0.2.66 40000 typ host generation 0 ufrag ${'x'.repeat(64)}`,
  sdpMid: '0',
});
const answer = textFrame({ type: 'answer', to: STREAM_ID, sdp: `v=0\r\n${'a=x\r\n'.repeat(13_000)}` });
/** The largest file that the server has. */
const request = Buffer.from('GET /perch-player.js HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
const offer = 'v=0\r\n'.padEnd(4_000, 'a=x\r\n');
const whepJoin = Buffer.from(
  `POST /whep/${STREAM_ID} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Type: application/sdp\r\n` +
    `Content-Length: ${offer.length}\r\n\r\n${offer}`,
);
const shaken = (...frames: readonly Buffer[]): Buffer => Buffer.concat([HANDSHAKE, ...frames]);

export const ATTACKS = {
  'slow handshakes': { sockets: 400, drip: HANDSHAKE },
  'endless fragments': { sockets: 50, first: shaken(), again: fragments(1000, { endless: true }) },
  'many fragments': { sockets: 50, first: shaken(), again: many(fragments(64)) },
  '64 KB messages': { sockets: 100, first: shaken(join), again: answer },
  'join storms': { sockets: 100, first: shaken(), again: many(join) },
  'WHEP joins': { sockets: 100, first: whepJoin },
  'candidate floods': { sockets: 100, first: shaken(join), again: many(candidate) },
  'pong floods': { sockets: 100, first: shaken(join), again: many(pongFrame()) },
  'answers that nobody reads': { sockets: 400, first: request, isDeaf: true },
  'requests that wait for no answer': {
    sockets: 100,
    first: many(request),
    again: many(request),
    isDeaf: true,
  },
  '10,000 half-open sockets': { sockets: 10_000 },
} as const satisfies Record<string, Attack>;

export type AttackName = keyof typeof ATTACKS;

export const ATTACK_NAMES = Object.keys(ATTACKS) as readonly AttackName[];

/** Without the one after which an address is let do nothing else. */
export const TOGETHER = ATTACK_NAMES.filter((name) => name !== 'requests that wait for no answer');

/** Runs an attack on a socket that is open. */
export function attackBy({ first, again, drip }: Attack, socket: Socket): void {
  if (first !== undefined) socket.write(first);
  if (drip !== undefined) {
    let at = 0;
    const timer = setInterval(() => socket.write(drip.subarray(at, ++at)), DRIP_MS);
    socket.once('close', () => clearInterval(timer));
  }
  if (again === undefined) return;
  const flood = (): void => {
    while (socket.writable && socket.write(again));
  };
  socket.on('drain', flood);
  flood();
}

function many(frames: Buffer): Buffer {
  return Buffer.concat(Array.from({ length: Math.ceil(CHUNK_BYTES / frames.length) }, () => frames));
}
