import { connect } from 'node:net';
import { MAX_MESSAGE_CHARS } from '@perch/protocol';
import { describe, expect, test } from 'vitest';
import { DRAIN_MS, HEARTBEAT_MS } from '../src/adapters/websocket/web-socket-gateway.ts';
import { CANDIDATE, SDP } from './support/fake-peer.ts';
import { startTestServer, type TestServer } from './support/test-server.ts';
import type { WireClient } from './support/wire-client.ts';

async function pair(server: TestServer, streamId = 'cam') {
  const camera = await server.connect();
  await camera.register(streamId);
  const viewer = await server.connect();
  const viewerId = await viewer.join(streamId);
  await camera.settle();
  return { camera, viewer, viewerId };
}

/** Passes an offer and an answer: proof that the server still does its work. */
async function prove({ camera, viewer, viewerId }: Awaited<ReturnType<typeof pair>>): Promise<void> {
  camera.send({ type: 'offer', to: viewerId, sdp: SDP });
  const offer = await viewer.next();
  expect(offer).toMatchObject({ type: 'offer', sdp: SDP });
  viewer.send({ type: 'answer', to: offer.from, sdp: SDP });
  expect(await camera.next()).toEqual({ type: 'answer', from: viewerId, sdp: SDP });
}

/** Turns the clock by one heartbeat, and waits until those who answer pings have answered. */
async function beat(server: TestServer, alive: readonly WireClient[]): Promise<void> {
  server.scheduler.advance(HEARTBEAT_MS);
  for (const client of alive) {
    // The ping arrives within the first round trip, its answer before the end of the second.
    expect(await client.settle()).toEqual([]);
    expect(await client.settle()).toEqual([]);
  }
}

describe('frames', () => {
  test('[WIRE1] a socket may come on any path', async () => {
    const server = await startTestServer();
    const client = await server.connect({ path: '/a/b?token=x' });
    expect(await client.settle()).toEqual([]);
  });

  test('a binary frame is read as text, as old servers did', async () => {
    const server = await startTestServer();
    const client = await server.connect();
    client.socket.send(Buffer.from('{"type":"ping"}'));
    expect(await client.next()).toEqual({ type: 'pong' });
  });

  test('[ERR1] [WIRE4] a message that is too long is refused with a code, in any script', async () => {
    const server = await startTestServer();
    const client = await server.connect();
    for (const filler of ['x', '玄']) {
      client.socket.send(filler.repeat(MAX_MESSAGE_CHARS + 1));
      expect(await client.next()).toMatchObject({ type: 'error', code: 'too-large' });
    }
    expect(await client.settle()).toEqual([]);
  });

  test('[WIRE11] frames that break WebSocket itself end their own connection only', async () => {
    const server = await startTestServer();
    const honest = await pair(server);
    const huge = await server.connect();
    huge.socket.send('x'.repeat(4 * MAX_MESSAGE_CHARS));
    expect((await huge.closed).code).toBe(1009);

    const frames = [
      [0x81, 0x02, 0x68, 0x69], // not masked
      [0xf1, 0x80, 0, 0, 0, 0], // reserved bits
      [0x81, 0x82, 0, 0, 0, 0, 0xff, 0xff], // not UTF-8
      [0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0], // 2^64 bytes
      [0x80, 0x80, 0, 0, 0, 0], // a continuation of nothing
      [0x89, 0xfe, 0x01, 0x00, 0, 0, 0, 0], // a ping of 256 bytes
    ];
    for (const frame of frames) {
      const socket = connect(server.running.port, '127.0.0.1');
      socket.on('error', () => {});
      const ended = new Promise((resolve) => socket.once('close', resolve));
      socket.write(
        'GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
          'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n',
      );
      socket.write(Uint8Array.from(frame));
      socket.resume();
      await ended;
    }
    await prove(honest);
  });

  test('[WIRE11] a broken upgrade ends its own connection only', async () => {
    const server = await startTestServer();
    const honest = await pair(server);
    const requests = [
      'GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
      'GET / HTTP/1.1\r\nHost: x\r\nUpgrade: nonsense\r\nConnection: Upgrade\r\n\r\n',
      'POST / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 99\r\n\r\n',
      '\u0000\u0001\u0002\r\n\r\n',
      'GET http://[ HTTP/1.1\r\nHost: [\r\nConnection: close\r\n\r\n',
    ];
    for (const request of requests) {
      const socket = connect(server.running.port, '127.0.0.1');
      socket.on('error', () => {});
      const ended = new Promise((resolve) => socket.once('close', resolve));
      socket.end(request);
      socket.resume();
      await ended;
    }
    await prove(honest);
  });

  test('[RELAY5] candidates arrive in the order in which they were sent', async () => {
    const server = await startTestServer();
    const { camera, viewer, viewerId } = await pair(server);
    for (let n = 0; n < 200; n++) {
      camera.send({ type: 'ice-candidate', to: viewerId, candidate: CANDIDATE, sdpMid: String(n) });
    }
    for (let n = 0; n < 200; n++) expect((await viewer.next()).sdpMid).toBe(String(n));
  });

  test('[JOIN2] ids have 128 random bits and no two are alike', async () => {
    const server = await startTestServer();
    const client = await server.connect();
    const ids = new Set<string>();
    for (let n = 0; n < 100; n++) ids.add(await client.join('cam'));
    expect(ids.size).toBe(100);
    for (const id of ids) expect(id).toMatch(/^viewer-[\w-]{22}$/u);
  });

  test('a socket that does not read is ended before it fills the memory', async () => {
    const server = await startTestServer();
    const { camera, viewer, viewerId } = await pair(server);
    viewer.socket.pause();
    const sdp = SDP.padEnd(60_000, 'a=x\n');
    let left: unknown;
    for (let sent = 0; left === undefined && sent < 1000; sent++) {
      camera.send({ type: 'offer', to: viewerId, sdp });
      left = (await camera.settle()).find(({ type }) => type === 'viewer-left');
    }
    expect(left).toEqual({ type: 'viewer-left', viewer_id: viewerId });
  });
});

describe('lives', () => {
  test.each([
    [1000, { gone: true }],
    [1001, { gone: true }],
    [undefined, {}],
    [4000, {}],
  ])('[JOIN6] closing with %s says %j', async (code, meant) => {
    const server = await startTestServer();
    const { camera, viewer, viewerId } = await pair(server);
    viewer.socket.close(code);
    expect(await camera.next()).toEqual({ type: 'viewer-left', viewer_id: viewerId, ...meant });
  });

  test('[LIFE1] a peer that reads no more is dropped within 15 s; those who answer stay', async () => {
    const server = await startTestServer();
    const { camera, viewer, viewerId } = await pair(server);
    const bystander = await server.connect();
    await bystander.join('another');
    viewer.socket.pause();
    await beat(server, [camera, bystander]);
    await beat(server, [camera, bystander]);
    expect(3 * HEARTBEAT_MS).toBeLessThan(15_000);
    server.scheduler.advance(HEARTBEAT_MS);
    expect(await camera.next()).toMatchObject({ type: 'viewer-left', viewer_id: viewerId });
    for (let n = 0; n < 5; n++) await beat(server, [camera, bystander]);
    expect(await bystander.settle()).toEqual([]);
  });

  test('[LIFE1] [REG5] a half-open broadcaster is dropped, and its viewers are told', async () => {
    const server = await startTestServer();
    const camera = await server.connect({ autoPong: false });
    await camera.register('cam');
    const viewer = await server.connect();
    await viewer.join('cam');
    await beat(server, [viewer]);
    await beat(server, [viewer]);
    server.scheduler.advance(HEARTBEAT_MS);
    expect(await viewer.next()).toEqual({ type: 'broadcaster-left' });
    expect((await camera.closed).code).toBe(1006);
  });

  test('[REG2] the late close of a replaced socket leaves the new broadcaster in place', async () => {
    const server = await startTestServer();
    const old = await server.connect();
    await old.register('cam');
    const honest = await pair(server);
    expect(await old.next()).toMatchObject({ type: 'error', code: 'replaced' });
    expect(await old.closed).toEqual({ code: 4001, reason: 'replaced' });
    await prove(honest);
    expect(await server.json('/health')).toMatchObject({ broadcasters: 1, viewers: 1 });
  });

  test('[RESUME1] a viewer takes its id over from a socket that is not closed yet', async () => {
    const server = await startTestServer();
    const { camera, viewer, viewerId } = await pair(server);
    const back = await server.connect();
    const resume_token = server.authority.signResume(viewerId, 'cam');
    back.send({ type: 'join', stream_id: 'cam', viewer_id: viewerId, resume_token });
    expect(await back.next()).toMatchObject({ type: 'joined', viewer_id: viewerId, resumed: true });
    expect((await viewer.closed).code).toBe(4001);
    await camera.settle();
    await prove({ camera, viewer: back, viewerId });
    expect(await server.json('/health')).toMatchObject({ broadcasters: 1, viewers: 1 });
  });

  test('[LIFE3] close tells every socket, closes with 1001, ends HTTP, and may be called twice', async () => {
    const server = await startTestServer();
    const clients = [await server.connect(), await server.connect()];
    await fetch(server.httpUrl);
    const silent = connect(server.running.port, '127.0.0.1');
    await new Promise<void>((resolve) => silent.once('connect', resolve));
    silent.on('error', () => {});
    silent.resume();

    const closed = server.running.close();
    expect(server.running.close()).toBe(closed);
    for (const client of clients) {
      expect(await client.next()).toMatchObject({ type: 'error', code: 'server-closing' });
      expect((await client.closed).code).toBe(1001);
    }
    await closed;
    await expect(fetch(server.httpUrl)).rejects.toThrow();
    expect(server.log.map(({ msg }) => msg)).toEqual(['listening', 'draining', 'closed']);
  });

  test('[LIFE3] a socket that does not answer the goodbye is cut off', async () => {
    const server = await startTestServer();
    const client = await server.connect();
    client.socket.pause();
    const closed = server.running.close();
    server.scheduler.advance(DRAIN_MS);
    await closed;
    expect(server.scheduler.nextInMs).toBeUndefined();
  });

  test('[ERR4] the log has a line for each change of life, ids shortened, and nothing that peers sent', async () => {
    const server = await startTestServer();
    const { camera, viewer, viewerId } = await pair(server, 'front door');
    for (let n = 0; n < 50; n++) viewer.send({ type: 'canary-7f3a', sdp: 'canary-7f3a' });
    await viewer.settle();
    viewer.destroy();
    await camera.next();
    await server.running.close();
    expect(server.log.map(({ msg, stream, refusals }) => [msg, stream ?? refusals])).toEqual([
      ['listening', undefined],
      ['broadcaster registered', 'front door'],
      ['viewer joined', 'front door'],
      ['viewer left', 'front door'],
      ['draining', undefined],
      ['broadcaster left', 'front door'],
      ['refused', { 'unknown-type': 50 }],
      ['closed', undefined],
    ]);
    expect(server.logLines.join('')).not.toContain('canary');
    expect(server.logLines.join('')).not.toContain(viewerId);
  });
});
