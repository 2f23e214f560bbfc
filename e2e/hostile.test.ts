/** A server and viewers that send rubbish: the streamer lives, and the honest viewer's video goes on. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { ClientMessage, ServerMessage } from '@perch/protocol';
import { afterEach, expect, test } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { killAll, PerchProcess } from './support/perch-process.ts';
import { ReceivingPeer } from './support/program-viewer.ts';
import { seededRandom } from './support/random.ts';

const MESSAGES = 10_000;

afterEach(killAll);

/** A server of one streamer whose every word the test chooses. */
class ScriptedServer {
  readonly #server: WebSocketServer;
  readonly received: ClientMessage[] = [];
  onMessage: (message: ClientMessage) => void = () => undefined;
  #socket: WebSocket | undefined;

  constructor() {
    this.#server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  }

  async start(): Promise<number> {
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  /** Resolves when the streamer has registered. */
  async streamer(): Promise<void> {
    const [socket] = (await once(this.#server, 'connection')) as [WebSocket];
    this.#socket = socket;
    socket.on('message', (data) => {
      const message = JSON.parse(data.toString()) as ClientMessage;
      this.received.push(message);
      this.onMessage(message);
    });
    await once(socket, 'message');
    this.send({ type: 'registered', stream_id: 'pi-camera-stream', ice_servers: [] });
  }

  send(message: ServerMessage): void {
    this.sendRaw(JSON.stringify(message));
  }

  sendRaw(data: string | Buffer): void {
    this.#socket?.send(data);
  }

  async close(): Promise<void> {
    this.#socket?.terminate();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

test(`[WIRE10] [WIRE11] ${MESSAGES} malformed messages from the server leave the streamer and its viewer as they were`, async () => {
  const server = new ScriptedServer();
  const port = await server.start();
  const registered = server.streamer();
  const small = ['--width', '320', '--height', '240', '--fps', '15', '--bitrate', '300k'];
  const streamer = new PerchProcess([
    'stream',
    '--source',
    'test',
    '--signaling-url',
    `ws://127.0.0.1:${port}`,
    ...small,
  ]);
  await registered;

  const honest = new ReceivingPeer((message) => server.send(fromViewer('viewer-honest', message)));
  let answer = '';
  let candidate = '';
  server.onMessage = (message) => {
    if (message.type === 'offer' && message.to === 'viewer-honest') {
      honest.handle({ type: 'offer', from: 'pi-camera-stream', sdp: message.sdp });
    }
    if (message.type === 'ice-candidate' && message.to === 'viewer-honest') {
      honest.handle({ ...message, from: 'pi-camera-stream' });
    }
  };
  function fromViewer(viewer: string, message: ClientMessage): ServerMessage {
    if (message.type === 'answer') answer = message.sdp;
    if (message.type === 'ice-candidate') candidate = message.candidate;
    return { ...message, from: viewer } as unknown as ServerMessage;
  }
  server.send({ type: 'viewer-joined', viewer_id: 'viewer-honest' });
  await honest.receives(30);

  const random = seededRandom(11);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  for (let index = 0; index < MESSAGES; index++) {
    const viewer = `viewer-evil-${index % 20}`;
    // Twenty evil viewers, each announced again and again, so that broken answers find an open offer.
    if (index % 50 < 1) server.send({ type: 'viewer-joined', viewer_id: viewer });
    server.sendRaw(malformed(viewer));
    if (index % 500 === 0) await honest.receives(1);
  }
  const refusedBefore = server.received.length;
  await honest.receives(60);
  expect(server.received.length).toBeGreaterThanOrEqual(refusedBefore);
  const errors = () => server.received.filter((message) => message.type === 'error');
  // A busy machine's streamer may still be reading.
  await expect.poll(() => errors().length).toBeGreaterThan(100);
  for (const error of errors()) expect(error.code).toMatch(/^[a-z-]+$/);
  expect(streamer.stdout).not.toContain('"level":50');

  streamer.signal('SIGTERM');
  expect(await streamer.end()).toBe(0);
  honest.close();
  await server.close();

  function malformed(viewer: string): string | Buffer {
    switch (Math.floor(random() * 8)) {
      case 0:
        return mutate(JSON.stringify({ type: 'answer', from: viewer, sdp: answer }));
      case 1:
        return JSON.stringify({ type: 'answer', from: viewer, sdp: mutateLines(answer) });
      case 2:
        return JSON.stringify({
          type: 'ice-candidate',
          from: viewer,
          candidate: mutate(candidate),
          sdpMid: '0',
        });
      case 3:
        return JSON.stringify({
          type: 'ice-candidate',
          from: viewer,
          candidate,
          sdpMid: pick([null, 7, '', 'x'.repeat(99)]),
        });
      case 4:
        return JSON.stringify({
          type: pick(['registered', 'viewer-joined', 'viewer-left', '__proto__']),
          viewer_id: pick([null, 3, '', {}, '../..', 'é']),
        });
      case 5:
        return `{"type":"answer","x":${'['.repeat(Math.floor(random() * 2_000))}`;
      case 6:
        return Buffer.from(Array.from({ length: 40 }, () => Math.floor(random() * 256)));
      default:
        return JSON.stringify({
          type: 'answer',
          from: viewer,
          sdp: answer.replace('m=video', pick(['m=audio', 'm=', 'm=video 0', ''])),
        });
    }
  }

  function mutate(text: string): string {
    const at = Math.floor(random() * text.length);
    const length = Math.floor(random() * 5);
    return (
      text.slice(0, at) +
      pick(['', '\u0000', '\ud800', '9'.repeat(30), ' ', '\r\n', '\u202e', ':']) +
      text.slice(at + length)
    );
  }

  function mutateLines(sdp: string): string {
    const lines = sdp.split('\r\n');
    const at = Math.floor(random() * lines.length);
    const line = lines[at] ?? '';
    lines.splice(
      at,
      1,
      ...pick([[], [line, line], [mutate(line)], [line.replace(/[:= ].*/, '')], [`${line} x`]]),
    );
    return lines.join('\r\n');
  }
});
