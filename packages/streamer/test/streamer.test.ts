/** The streamer as a whole, with a real server and a real viewer, on loopback. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServerMessage } from '@perch/protocol';
import { parseRtpPacket } from '@perch/rtp';
import { openAuthority, startServer } from '@perch/server';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { type RunningStreamer, startStreamer } from '../src/index.ts';
import { FORMAT, isRtcp, silentLog, startsKeyframe } from './support/fakes.ts';
import { FarEnd } from './support/far-end.ts';

async function startTestServer() {
  const siteDirectory = await mkdtemp(join(tmpdir(), 'perch-site-'));
  await writeFile(join(siteDirectory, 'index.html'), '<!doctype html>');
  const server = await startServer({
    host: '127.0.0.1',
    port: 0,
    siteDirectory,
    turn: { kind: 'none' },
    authority: openAuthority(new Uint8Array(32)),
    log: silentLog,
  });
  onTestFinished(async () => {
    await server.close();
    await rm(siteDirectory, { recursive: true });
  });
  return { server, url: `ws://127.0.0.1:${server.port}` };
}

const start = (signalingUrl: string, more: Partial<Parameters<typeof startStreamer>[0]> = {}) =>
  startStreamer({ ...FORMAT, signalingUrl, streamId: 'garden', source: 'test', log: silentLog, ...more });

function closing(streamer: RunningStreamer): RunningStreamer {
  onTestFinished(() => streamer.close());
  return streamer;
}

/** Joins, answers and connects; resolves with the viewer once `packets` RTP packets have come. */
async function watch(url: string, packets: number): Promise<{ far: FarEnd; close: () => Promise<void> }> {
  const socket = new WebSocket(url);
  const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  let from = '';
  const send = (message: object) => socket.send(JSON.stringify(message));
  const far = new FarEnd((candidate) => {
    if (from !== '') send({ type: 'ice-candidate', to: from, candidate, sdpMLineIndex: 0 });
  });
  const close = async () => {
    far.close();
    socket.close();
    await ended;
  };
  onTestFinished(close);
  socket.on('open', () => send({ type: 'join', stream_id: 'garden' }));
  socket.on('message', (data) => {
    const message = JSON.parse(data.toString()) as ServerMessage;
    if (message.type === 'offer') {
      from = message.from;
      void far.answer(message.sdp).then((sdp) => send({ type: 'answer', to: from, sdp }));
    }
    if (message.type === 'ice-candidate') far.addCandidate(message.candidate, message.sdpMid ?? '0');
  });
  await far.received(packets);
  return { far, close };
}

/** What keeps the process busy and did not before. */
function startedSince(before: readonly string[]): string[] {
  const now = process.getActiveResourcesInfo();
  for (const kind of before) {
    const at = now.indexOf(kind);
    if (at !== -1) now.splice(at, 1);
  }
  return now;
}
const openFiles = async () => (await readdir('/proc/self/fd')).length;

test('video comes, from a keyframe on, in order; close leaves nothing', async () => {
  const { url } = await startTestServer();
  const before = process.getActiveResourcesInfo();
  // The first run loads what stays loaded.
  const first = await start(url);
  await (await watch(url, 5)).close();
  await first.close();

  const filesBefore = await openFiles();
  const streamer = await start(url);
  const { far, close } = await watch(url, 30);
  const rtp = far.packets.filter((packet) => !isRtcp(packet)).map((packet) => parseRtpPacket(packet)!);
  expect(startsKeyframe(rtp[0]!.payload)).toBe(true);
  const numbers = rtp.map(({ sequenceNumber }) => sequenceNumber);
  expect(numbers).toEqual(numbers.map((_, n) => numbers[0]! + n));
  expect(far.packets.some(isRtcp)).toBe(true);

  await close();
  await Promise.all([streamer.close(), streamer.close()]);
  await streamer.ended;
  await expect.poll(() => startedSince(before)).toEqual([]);
  await expect.poll(openFiles).toBeLessThanOrEqual(filesBefore);
});

test('[REG2] a streamer that another one replaced ends by itself and says why', async () => {
  const { url } = await startTestServer();
  const old = closing(await start(url));
  await (await watch(url, 1)).close();
  closing(await start(url));
  await expect(old.ended).rejects.toMatchObject({ name: 'StreamerError', reason: 'replaced' });
  await old.close();
});

test('it starts without a server, and close does not wait for one', async () => {
  const { server, url } = await startTestServer();
  await server.close();
  const streamer = await start(url);
  await streamer.close();
  await streamer.ended;
});

test('a source that can not be opened rejects the start', async () => {
  await expect(start('ws://127.0.0.1:9', { source: 'file:/no/such/file' })).rejects.toMatchObject({
    name: 'StreamerError',
    reason: 'source-failed',
  });
  await expect(start('ws://127.0.0.1:9', { source: 'nonsense' })).rejects.toMatchObject({
    reason: 'bad-source',
  });
});

test('a signaling URL that is none rejects the start and leaves no source running', async () => {
  const before = process.getActiveResourcesInfo();
  await expect(start('ftp://camera.example')).rejects.toThrow();
  await expect.poll(() => startedSince(before)).toEqual([]);
});
