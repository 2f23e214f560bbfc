import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { fetchIceServers } from '../src/adapters/fetch-ice-servers.ts';
import { memoryLog } from './support/fakes.ts';

/** Asks a server that answers like `listener`, at a signaling URL with any path. */
async function ask(listener: RequestListener, options?: { answerWithinMs: number }) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const { log, lines } = memoryLog();
  const iceServers = await fetchIceServers(`ws://127.0.0.1:${port}/any/path?x=y`, log, options);
  return { iceServers, warnings: lines.filter(({ level }) => level === 40) };
}

const TURN = { urls: ['turn:turn.example:3478'], username: 'u', credential: 'p' };

test('[ICE2] [ICE4] the list of GET /turn-credentials on the same host is taken', async () => {
  let asked: string | undefined;
  const { iceServers, warnings } = await ask((request, response) => {
    asked = `${request.method} ${request.url}`;
    response.end(JSON.stringify({ iceServers: [TURN, { urls: 'stun:stun.example' }], more: 1 }));
  });
  expect(asked).toBe('GET /turn-credentials');
  expect(iceServers).toEqual([TURN, { urls: ['stun:stun.example'] }]);
  expect(warnings).toEqual([]);
});

test.each<[string, RequestListener]>([
  ['500', (_, response) => void response.writeHead(500).end('oops')],
  [
    '500 with a list',
    (_, response) => void response.writeHead(500).end(JSON.stringify({ iceServers: [TURN] })),
  ],
  ['404', (_, response) => void response.writeHead(404).end('{}')],
  ['no JSON', (_, response) => void response.end('<!doctype html>')],
  ['another shape', (_, response) => void response.end('{"iceServers":{"urls":"stun:x"}}')],
  ['URLs that are none', (_, response) => void response.end('{"iceServers":[{"urls":["javascript:1"]}]}')],
  [
    'half an answer',
    (_, response) =>
      void response.writeHead(200, { 'content-length': '9' }).write('{', () => response.destroy()),
  ],
  ['no answer', (request) => void request.socket.destroy()],
])('[ICE4] %s is an empty list and one warning, never a failure', async (_, listener) => {
  const { iceServers, warnings } = await ask(listener);
  expect(iceServers).toEqual([]);
  expect(warnings).toHaveLength(1);
});

test('[ICE4] a server that hangs is not waited for', async () => {
  const { iceServers, warnings } = await ask(() => {}, { answerWithinMs: 20 });
  expect(iceServers).toEqual([]);
  expect(warnings).toHaveLength(1);
});
