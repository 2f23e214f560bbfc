import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { type Endpoint, RelayDetour } from '../src/adapters/relay-detour.ts';

async function bound(): Promise<Socket & { readonly endpoint: Endpoint }> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  onTestFinished(() => void socket.close());
  const { address, port } = socket.address();
  return Object.assign(socket, { endpoint: { address, port } });
}

const nextAt = async (socket: Socket): Promise<{ readonly text: string; readonly from: RemoteInfo }> => {
  const [packet, from] = (await once(socket, 'message')) as [Buffer, RemoteInfo];
  return { text: packet.toString(), from };
};

test('what comes from the one end goes to the other, and nothing else passes', async () => {
  const [relay, inside, stranger] = [await bound(), await bound(), await bound()];
  const here = await new Promise<Endpoint>((resolve) => {
    const detour = new RelayDetour(relay.endpoint, 'password', resolve);
    onTestFinished(() => detour.close());
  });
  const send = (from: Socket, text: string) => from.send(text, here.port, here.address);

  // Nobody is inside yet: what the relay sends has nowhere to go.
  send(relay, 'too early');
  const out = nextAt(relay);
  send(inside, 'out');
  const { text, from } = await out;
  expect([text, from.port]).toEqual(['out', here.port]);

  // The first who sends from this machine is inside; another one is a stranger.
  send(stranger, 'let me in');
  const into = nextAt(inside);
  send(relay, 'in');
  expect((await into).text).toBe('in');
  const next = nextAt(relay);
  send(inside, 'out again');
  expect((await next).text).toBe('out again');
});

test('may be closed twice, and while it opens', () => {
  const detour = new RelayDetour({ address: '127.0.0.1', port: 9 }, 'password', () => undefined);
  detour.close();
  detour.close();
});
