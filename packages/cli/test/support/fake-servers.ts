/** Servers on loopback that do one thing wrong each, and a small Perch and TURN server that do what they are told. */
import { createHmac } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer as createHttp, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcp, type Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import { longTermKey } from '../../src/doctor/stun/stun-message.ts';

const cleanUps: (() => void)[] = [];

export function closeServers(): void {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
}

/** A port on which nothing listens: it was free a moment ago. */
export async function closedPort(): Promise<number> {
  const server = createTcp().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

export async function tcpServer(onConnection: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createTcp((socket) => {
    sockets.add(socket.on('error', () => undefined));
    onConnection(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUps.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** Accepts, and never says a word. */
export function silentPort(): Promise<number> {
  return tcpServer(() => undefined);
}

export async function httpServer(listener: RequestListener): Promise<number> {
  const server = createHttp(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUps.push(() => server.close().closeAllConnections());
  return (server.address() as AddressInfo).port;
}

export interface FakePerch {
  readonly turnKind?: string;
  /** What a `join` is answered with, one after the other. */
  readonly answers?: readonly object[];
  /** In place of an upgrade. */
  readonly upgradeStatus?: number;
  readonly credentials?: object;
}

export async function fakePerch({ turnKind = 'none', answers = [], upgradeStatus, credentials }: FakePerch) {
  const joins: unknown[] = [];
  const server = createHttp((request, response) => {
    if (request.url === '/health') {
      response.end(
        JSON.stringify({
          status: 'ok',
          broadcasters: 1,
          viewers: 0,
          turn: { kind: turnKind },
          version: '9.9.9',
        }),
      );
    } else response.end(JSON.stringify(credentials ?? {}));
  });
  const sockets = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket, head) => {
    if (upgradeStatus !== undefined) {
      socket.end(`HTTP/1.1 ${upgradeStatus} No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (accepted) => {
      accepted.on('message', (data) => {
        const message = JSON.parse(String(data));
        if (message.type === 'ping') accepted.send('{"type":"pong"}');
        if (message.type !== 'join') return;
        joins.push(message);
        for (const answer of answers) accepted.send(JSON.stringify(answer));
      });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUps.push(() => {
    for (const socket of sockets.clients) socket.terminate();
    server.close().closeAllConnections();
  });
  return { port: (server.address() as AddressInfo).port, joins };
}

export interface FakeTurn {
  readonly password?: string;
  /** IPv4. */
  readonly relayed?: string;
  /** What a request with a good password is refused with. */
  readonly refuseWith?: number;
  readonly silent?: boolean;
  /** The first good request is told that its nonce is old. */
  readonly staleOnce?: boolean;
}

/** Over UDP. */
export async function fakeTurn(how: FakeTurn = {}): Promise<number> {
  const answerTo = turnAnswers(how);
  const socket = createSocket('udp4');
  socket.on('message', (packet, { port, address }) => {
    const answer = answerTo(packet, address, port);
    if (answer !== undefined) socket.send(answer, port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  cleanUps.push(() => socket.close());
  return socket.address().port;
}

/** Over TCP; what it says goes out a few bytes at a time. The client sends each request at once, which comes in one piece here. */
export async function fakeTurnOverTcp(how: FakeTurn = {}): Promise<number> {
  const answerTo = turnAnswers(how);
  return await tcpServer((socket) => {
    socket.setNoDelay(true).on('data', (packet) => {
      const answer = answerTo(packet, '127.0.0.1', socket.remotePort ?? 0) ?? Buffer.alloc(0);
      for (let at = 0; at < answer.length; at += 7) socket.write(answer.subarray(at, at + 7));
    });
  });
}

/** Answers Binding, Allocate and Refresh as RFC 8656 has it, far enough for a client that does the same. */
function turnAnswers({ password = 'good', relayed = '127.0.0.1', ...how }: FakeTurn) {
  let stale = how.staleOnce === true;
  return (packet: Buffer, address: string, port: number): Buffer | undefined => {
    if (how.silent === true) return undefined;
    const method = packet.readUInt16BE(0);
    const answer = (kind: number, ...attributes: Buffer[]): Buffer => {
      const body = Buffer.concat(attributes);
      const head = Buffer.alloc(4);
      head.writeUInt16BE(method | kind, 0);
      head.writeUInt16BE(body.length, 2);
      return Buffer.concat([head, packet.subarray(4, 20), body]);
    };
    if (method === 0x001) return answer(0x100, attribute(0x20, xorAddress(address, port)));
    const key = longTermKey('user', 'realm', password);
    const signed = createHmac('sha1', key).update(packet.subarray(0, -24)).digest();
    const challenge = [attribute(0x14, Buffer.from('realm')), attribute(0x15, Buffer.from(`nonce-${stale}`))];
    if (!signed.equals(packet.subarray(-20))) return answer(0x110, errorAttribute(401), ...challenge);
    if (stale) {
      stale = false;
      return answer(0x110, errorAttribute(438), ...challenge);
    }
    if (how.refuseWith !== undefined) return answer(0x110, errorAttribute(how.refuseWith));
    return answer(0x100, attribute(0x16, xorAddress(relayed, 50_000)));
  };
}

function attribute(type: number, value: Buffer): Buffer {
  const bytes = Buffer.alloc(4 + Math.ceil(value.length / 4) * 4);
  bytes.writeUInt16BE(type, 0);
  bytes.writeUInt16BE(value.length, 2);
  value.copy(bytes, 4);
  return bytes;
}

function errorAttribute(code: number): Buffer {
  return attribute(0x09, Buffer.from([0, 0, Math.floor(code / 100), code % 100]));
}

function xorAddress(host: string, port: number): Buffer {
  const mask = [0x21, 0x12, 0xa4, 0x42];
  const bytes = host.split('.').map((part, position) => Number(part) ^ (mask[position] ?? 0));
  return Buffer.from([0, 1, (port >> 8) ^ 0x21, (port & 0xff) ^ 0x12, ...bytes]);
}
