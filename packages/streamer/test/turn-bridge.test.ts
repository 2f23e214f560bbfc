import { createSocket, type Socket as Datagrams } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { BoundSockets } from '../src/adapters/bound-sockets.ts';
import { TurnBridge } from '../src/adapters/turn-bridge.ts';
import { attribute, CONTROLLED, check, message, PASSWORD } from './support/stun.ts';

const ALLOCATE = message(0x0003, [attribute(0x0019, Buffer.from([17, 0, 0, 0]))]);
const SUCCESS = message(0x0103, [attribute(0x000d, Buffer.alloc(4))]);

async function bound(): Promise<Datagrams> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}

/** libjuice's end, the bridge, and the server's end once something was sent. */
async function bridged() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const inside = await bound();
  const closed = once(inside, 'close');
  const { port } = server.address() as AddressInfo;
  const troubles: string[] = [];
  const place = { hostname: '127.0.0.1', port, tls: false };
  const bridge = new TurnBridge(inside, place, (reason) => void troubles.push(reason));
  const agent = await bound();
  onTestFinished(() => {
    bridge.close();
    agent.close();
  });
  const send = (datagram: Buffer) => agent.send(datagram, bridge.port, '127.0.0.1');
  const connect = async (): Promise<Socket> => {
    send(ALLOCATE);
    const [stream] = (await once(server, 'connection')) as [Socket];
    const [first] = (await once(stream, 'data')) as [Buffer];
    expect(first).toEqual(ALLOCATE);
    return stream;
  };
  return { bridge, agent, send, connect, closed, troubles };
}

test('what libjuice sends comes out of the stream, and back, where the pieces are cut anyhow', async () => {
  const { agent, connect } = await bridged();
  const stream = await connect();
  stream.write(SUCCESS.subarray(0, 7));
  const answer = once(agent, 'message');
  stream.write(SUCCESS.subarray(7));
  expect((await answer)[0]).toEqual(SUCCESS);
});

test('a check is mended once our password is known', async () => {
  const { bridge, agent, connect } = await bridged();
  bridge.begin(PASSWORD);
  const stream = await connect();
  const indication = (tieBreaker: bigint) =>
    message(0x0017, [attribute(0x0013, check(CONTROLLED, tieBreaker))]);
  const heard = once(agent, 'message');
  stream.write(indication(0n));
  expect((await heard)[0]).toEqual(indication(1n));
});

test('the first who sends is inside; another socket of this machine is a stranger', async () => {
  const { bridge, send, connect } = await bridged();
  const stream = await connect();
  const stranger = await bound();
  onTestFinished(() => void stranger.close());
  await new Promise((resolve) => stranger.send(SUCCESS, bridge.port, '127.0.0.1', resolve));
  const next = once(stream, 'data');
  send(ALLOCATE);
  expect((await next)[0]).toEqual(ALLOCATE);
});

test('ends when the server does', async () => {
  const { connect, closed } = await bridged();
  (await connect()).destroy();
  await closed;
});

test('ends when the server sends something else', async () => {
  const { connect, closed, troubles } = await bridged();
  (await connect()).write('SSH-2.0-OpenSSH');
  await closed;
  expect(troubles).toEqual([expect.stringContaining('something else')]);
});

test.each([
  ['nothing listens', '127.0.0.1', /ECONNREFUSED/],
  ['Node takes the name for none', '\0', /./],
])('ends where %s', async (_, hostname, reason) => {
  const inside = await bound();
  const closed = once(inside, 'close');
  const troubles: string[] = [];
  const nowhere = { hostname, port: 1, tls: false };
  const bridge = new TurnBridge(inside, nowhere, (reason) => void troubles.push(reason));
  const agent = await bound();
  onTestFinished(() => void agent.close());
  agent.send(ALLOCATE, bridge.port, '127.0.0.1');
  await closed;
  expect(troubles).toEqual([expect.stringMatching(reason)]);
});

test('may be closed twice, and sends nothing then', async () => {
  const { bridge, connect, send, troubles } = await bridged();
  const stream = await connect();
  const ended = once(stream, 'close');
  bridge.close();
  bridge.close();
  send(ALLOCATE);
  await ended;
  expect(troubles).toEqual([]);
});

test('sockets are bound ahead, and as many again when some were taken', async () => {
  const sockets = new BoundSockets();
  expect(sockets.take()).toBeUndefined();
  const taken: Datagrams[] = [];
  onTestFinished(() => {
    for (const socket of taken) socket.close();
  });
  while (taken.length < 10) {
    const socket = sockets.take();
    if (socket === undefined) await new Promise(setImmediate);
    else taken.push(socket);
  }
  expect(new Set(taken.map((socket) => socket.address().port)).size).toBe(10);
  expect(taken.map((socket) => socket.address().address)).toEqual(Array(10).fill('127.0.0.1'));
});
