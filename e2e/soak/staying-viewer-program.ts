/**
 * A program: one who stays all the time. A lost WebSocket is made again and the id kept (SPEC.md, RESUME1), so that the
 * peer connection has no reason to end. Told `start-clock` or `look`, it answers what was seen since; it ends when its
 * parent is gone.
 *
 *     fork('staying-viewer-program.js', [PORT])
 */
import type { ClientMessage, ServerMessage } from '@perch/protocol';
import { WebSocket } from 'ws';
import { ReceivingPeer } from '../support/program-viewer.ts';
import type { Seen } from './stayer.ts';

/** Sooner than a page tries again, later than a server that just ended. */
const REJOIN_AFTER_MS = 500;

const STREAM_ID = 'pi-camera-stream';

const url = `ws://127.0.0.1:${process.argv[2]}`;
const peer = new ReceivingPeer(send);
let socket: WebSocket;
/** Whom the server takes us back as, and its word for it. */
let place: { readonly viewer_id: string; readonly resume_token?: string } | undefined;
let connections = 0;
let lastMs = performance.now();
let longestMs = 0;

function join(): void {
  socket = new WebSocket(url);
  socket.on('open', () => {
    send({ type: 'join', stream_id: STREAM_ID, ...place });
  });
  socket.on('message', (data) => handle(JSON.parse(data.toString()) as ServerMessage));
  socket.on('error', () => undefined);
  socket.once('close', () => setTimeout(join, REJOIN_AFTER_MS));
}

function send(message: ClientMessage): void {
  if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
}

function handle(message: ServerMessage): void {
  if (message.type === 'joined') {
    const { viewer_id, resume_token } = message;
    place = { viewer_id, ...(resume_token !== undefined && { resume_token }) };
  }
  // Each offer is a new connection.
  if (message.type === 'offer') connections++;
  peer.handle(message);
}

function tell(): void {
  const seen: Seen = { gapMs: Math.max(longestMs, performance.now() - lastMs), connections };
  process.send?.(seen);
}

// A terminal sends it to all; the parent tells when it is time.
process.on('SIGINT', () => undefined);
process.once('disconnect', () => process.exit());
join();
await peer.receives(1);
process.on('message', (asked) => {
  if (asked === 'start-clock') [lastMs, longestMs] = [performance.now(), 0];
  tell();
});
tell();
for (;;) {
  await peer.receives(1);
  const now = performance.now();
  longestMs = Math.max(longestMs, now - lastMs);
  lastMs = now;
}
