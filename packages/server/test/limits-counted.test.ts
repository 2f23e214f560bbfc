/** What goes past a limit is counted: each limit is set low, something goes past it, and its series in /metrics rises. */
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { json } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { HEARTBEAT_MS } from '../src/adapters/websocket/web-socket-gateway.ts';
import { MAX_UNANSWERED_PINGS } from '../src/adapters/websocket/web-socket-peer.ts';
import type { LimitName } from '../src/domain/limits/limits.ts';
import type { ServerOptions } from '../src/server-options.ts';
import { closedAuthority } from './support/closed-authority.ts';
import { SDP } from './support/fake-peer.ts';
import { metric } from './support/metric.ts';
import { exchange, frame, HANDSHAKE, OPCODE } from './support/raw-web-socket.ts';
import { makeSite, startTestServer, type TestServer } from './support/test-server.ts';

const refused = (code: string, request: string) =>
  `perch_refusals_total{code="${code}",request="${request}"}`;
const ended = (code: string) => `perch_sockets_ended_total{code="${code}"}`;

const WEB_SOCKET_HEADERS = {
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==',
};

/** Who was sent away has a second to read why. */
const CUT_OFF_WITHIN_MS = 1_000;

interface Case {
  readonly series: string;
  /** What the limit is set to. */
  readonly limit: number;
  readonly options?: () => Partial<ServerOptions> | Promise<Partial<ServerOptions>>;
  readonly goPast: (server: TestServer) => Promise<unknown>;
}

async function openTcp({ running }: TestServer) {
  const socket = connect(running.port, '127.0.0.1');
  socket.on('error', () => undefined).resume();
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return socket;
}

async function join(server: TestServer, streamId = 'cam') {
  const client = await server.connect();
  await client.join(streamId);
}

async function register(server: TestServer, streamId = 'cam') {
  const client = await server.connect();
  await client.register(streamId);
  return client;
}

async function ask(server: TestServer, path: string, times: number, init: RequestInit = {}) {
  for (let n = 0; n < times; n++) await fetch(server.httpUrl + path, init);
}

/** A limit of one a second is one of twenty at once. */
async function chatter(client: Awaited<ReturnType<TestServer['connect']>>) {
  for (let n = 0; n < 21; n++) client.send({ type: 'ping' });
  await client.closed;
}

const BY_CONNECTIONS: Case = {
  series: refused('too-many-connections', 'tcp'),
  limit: 1,
  goPast: async (server) => {
    const first = await openTcp(server);
    await once(await openTcp(server), 'close');
    first.destroy();
  },
};

const BY_VIEWER: Case = {
  series: ended('rate-limited'),
  limit: 1,
  goPast: async (server) => chatter(await server.connect()),
};

const BY_BROADCASTER: Case = { ...BY_VIEWER, goPast: async (server) => chatter(await register(server)) };

const LINK_WISH: RequestInit = {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: '{"expires_in":3600}',
};

const { authority, sign } = closedAuthority();
const sharer = sign('view', 'cam', { mayShare: true });

/** Every limit there is: the compiler sees to it. */
const CASES: Readonly<Record<LimitName, Case>> = {
  connections: BY_CONNECTIONS,
  connectionsPerAddress: BY_CONNECTIONS,
  socketsPerAddress: {
    series: refused('too-many-connections', 'connection'),
    limit: 1,
    goPast: async (server) => {
      await server.connect();
      await expect(server.connect()).rejects.toThrow('429');
    },
  },
  requestsPerSecond: {
    series: refused('rate-limited', 'http'),
    limit: 1,
    goPast: async (server) => {
      await ask(server, '/health', 11);
      server.scheduler.advance(10_000);
    },
  },
  joinsPerMinute: {
    series: refused('too-many-connections', 'join'),
    limit: 1,
    goPast: async (server) => {
      for (let n = 0; n < 2; n++) await join(server);
    },
  },
  snapshotsPerMinute: {
    series: 'perch_snapshots_total{result="rate-limited"}',
    limit: 1,
    goPast: (server) => ask(server, '/api/streams/cam/snapshot.jpg', 2),
  },
  pendingJoinsPerAddress: {
    series: refused('too-many-connections', 'join'),
    limit: 1,
    goPast: async (server) => {
      await register(server);
      for (let n = 0; n < 2; n++) await join(server);
    },
  },
  viewersPerStream: {
    series: refused('too-many-viewers', 'join'),
    limit: 1,
    goPast: async (server) => {
      for (let n = 0; n < 2; n++) await join(server);
    },
  },
  streams: {
    series: refused('too-many-streams', 'register'),
    limit: 1,
    goPast: async (server) => {
      for (const streamId of ['a', 'b']) await register(server, streamId);
    },
  },
  viewerMessagesPerSecond: BY_VIEWER,
  viewerMessagesPerAddress: BY_VIEWER,
  broadcasterMessagesPerSecond: BY_BROADCASTER,
  broadcasterMessagesPerAddress: BY_BROADCASTER,
  linksPerHour: {
    series: refused('rate-limited', 'link'),
    limit: 1,
    options: () => ({
      authority,
      links: { addLink: () => ({ token: 'a.b.c', name: 'link', expiresAtMs: 0 }) },
    }),
    goPast: (server) => ask(server, `/api/streams/cam/links?token=${sharer}`, 2, LINK_WISH),
  },
  idleSeconds: {
    series: ended('idle'),
    limit: 1,
    goPast: async (server) => {
      const idle = await server.connect();
      server.scheduler.advance(2 * HEARTBEAT_MS);
      await idle.closed;
    },
  },
  handshakeSeconds: {
    series: refused('no-request', 'tcp'),
    limit: 1,
    goPast: async (server) => {
      const slow = await openTcp(server);
      slow.write('GET / HTTP/1.1\r\nHost: x\r\n');
      await once(slow, 'close');
    },
  },
  unreadSeconds: {
    series: refused('not-reading', 'tcp'),
    limit: 1,
    // More than the system keeps for a connection, so that the rest waits in the server.
    options: async () => ({ siteDirectory: await makeSite({ 'big.bin': new Uint8Array(32 * 1024 * 1024) }) }),
    goPast: async (server) => {
      const socket = await openTcp(server);
      socket.pause();
      socket.write('GET /big.bin HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
    },
  },
  sendBufferKilobytes: {
    series: ended('not-reading'),
    limit: 64,
    goPast: async (server) => {
      const camera = await register(server);
      const viewer = await server.connect();
      const to = await viewer.join('cam');
      await camera.settle();
      viewer.socket.pause();
      for (let left = false, n = 0; !left && n < 1_000; n++) {
        camera.send({ type: 'offer', to, sdp: SDP.padEnd(60_000, 'a=x\n') });
        left = (await camera.settle()).some(({ type }) => type === 'viewer-left');
      }
    },
  },
  fragments: {
    series: ended('too-many-fragments'),
    limit: 4,
    goPast: async (server) => {
      const client = await server.connect();
      const part = { fin: false, binary: false };
      for (let n = 0; n < 6; n++) client.socket.send('x', part, () => undefined);
      await client.closed;
    },
  },
};

test.each(Object.entries(CASES))(
  '[LIMIT14] what goes past %s is counted',
  async (name, { series, limit, options, goPast }) => {
    const server = await startTestServer({ limits: { [name]: limit }, ...(await options?.()) });
    await goPast(server);
    server.scheduler.advance(CUT_OFF_WITHIN_MS);
    // Who looks is an address with connections too.
    await expect.poll(() => metric(server, series).catch(() => 0), { timeout: 10_000 }).toBeGreaterThan(0);
  },
);

test('[LIMIT14] a WebSocket that is one request too many is counted as such', async () => {
  const server = await startTestServer({ limits: { requestsPerSecond: 1 } });
  await ask(server, '/health', 10);
  await expect(server.connect()).rejects.toThrow('429');
  server.scheduler.advance(10_000);
  expect(await metric(server, refused('rate-limited', 'connection'))).toBe(1);
});

test('[LIMIT14] [LIFE1] so is who does not answer pings, and who sends what is no frame', async () => {
  const server = await startTestServer();
  const silent = await server.connect({ autoPong: false });
  server.scheduler.advance((MAX_UNANSWERED_PINGS + 2) * HEARTBEAT_MS);
  await silent.closed;
  expect(await metric(server, ended('silent'))).toBe(1);
  await exchange(server.running.port, [HANDSHAKE, frame(OPCODE.text, 'x', { masked: false })]);
  server.scheduler.advance(CUT_OFF_WITHIN_MS);
  await expect.poll(() => metric(server, ended('bad-frame'))).toBe(1);
});

test('[LIMIT5] a WebSocket that is one too many reads why', async () => {
  const server = await startTestServer({ limits: { socketsPerAddress: 1 } });
  await server.connect();
  const request = get(server.httpUrl, { headers: WEB_SOCKET_HEADERS });
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  expect([answer.statusCode, answer.headers['content-type']]).toEqual([429, 'application/problem+json']);
  expect(await json(answer)).toMatchObject({ code: 'too-many-connections', detail: expect.any(String) });
});

test('[LIMIT5] a request that is one too many reads why, whatever it is for', async () => {
  const server = await startTestServer({ limits: { requestsPerSecond: 4 } });
  await ask(server, '/health', 40);
  for (const path of ['/', '/whep/cam', '/api/streams', '/turn-credentials']) {
    const answer = await fetch(server.httpUrl + path);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '5']);
    expect(await answer.json()).toMatchObject({ code: 'rate-limited', detail: expect.any(String) });
  }
});
