/** HTTP clients that take more of the server than they read: it holds one answer for a connection, and not for long. */
import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { Hono } from 'hono';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { HttpEnvironment } from '../src/adapters/http/http-environment.ts';
import { serveFile } from '../src/adapters/http/serve-file.ts';
import { readSite } from '../src/adapters/http/site.ts';
import { makeSite, startTestServer } from './support/test-server.ts';

/** More than the system keeps for a connection, so that the rest waits in the server. */
const BIG_BYTES = 32 * 1024 * 1024;

const ask = (path: string) => `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`;

function open(port: number) {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => undefined);
  return socket;
}

describe('a connection', () => {
  test.each([
    ['a request', ask('/health')],
    ['one without a Host', 'GET / HTTP/1.1\r\n\r\n'],
    ['one that expects something', 'GET / HTTP/1.1\r\nHost: x\r\nExpect: much\r\n\r\n'],
    ['one that asks whether it may go on', 'GET / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n\r\n'],
  ])('[LIMIT10] that asks again before its answer is sent is closed: %s', async (_, next) => {
    const server = await startTestServer();
    const socket = open(server.running.port);
    let heard = '';
    socket.on('data', (data) => {
      heard += data;
    });
    socket.write(ask('/health') + next.repeat(200));
    await once(socket, 'close');
    expect(heard.split('HTTP/1.1').length - 1).toBeLessThanOrEqual(1);
    const metrics = await (await fetch(`${server.httpUrl}/metrics`)).text();
    expect(metrics).toContain('perch_refusals_total{code="rate-limited",request="tcp"} 1\n');
  });

  test('[LIMIT10] of an address that had more than it may that way is closed, and none is accepted for a while', async () => {
    const server = await startTestServer({ limits: { requestsPerSecond: 1 } });
    const viewer = await server.connect();
    const [socket, other] = [open(server.running.port), open(server.running.port)];
    const closed = once(other.resume(), 'close');
    socket.resume().write(ask('/health').repeat(200));
    await once(socket, 'close');
    await closed;
    const status = () => fetch(`${server.httpUrl}/health`).then((answer) => answer.status, String);
    expect(await status()).toBe('TypeError: fetch failed');
    expect(await viewer.settle()).toEqual([]);
    server.scheduler.advance(8_900);
    expect(await status()).toBe('TypeError: fetch failed');
    server.scheduler.advance(2_100);
    expect(await status()).toBe(200);
  });

  test('[LIMIT5] of an address that goes on when it was refused is closed, and then not accepted for a while', async () => {
    const server = await startTestServer({ limits: { requestsPerSecond: 2 } });
    const status = () => fetch(`${server.httpUrl}/health`).then((answer) => answer.status, String);
    const statuses: unknown[] = [];
    for (let n = 0; n < 24; n++) statuses.push(await status());
    expect(statuses).toEqual([
      ...Array<number>(20).fill(200),
      ...Array<number>(3).fill(429),
      'TypeError: fetch failed',
    ]);
    server.scheduler.advance(1_000);
    expect(await status()).toBe(429);
    server.scheduler.advance(2_000);
    expect(await status()).toBe(200);
  });

  test('[LIMIT10] may ask as often as it likes, one after the other', async () => {
    const siteDirectory = await makeSite({ 'some.bin': new Uint8Array(1024 * 1024) });
    const server = await startTestServer({ siteDirectory });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    const sockets = new Set<unknown>();
    for (let n = 0; n < 50; n++) {
      const path = n % 2 === 0 ? '/some.bin' : '/health';
      const request = get({ agent, host: '127.0.0.1', port: server.running.port, path });
      const [response] = (await once(request, 'response')) as [IncomingMessage];
      sockets.add(response.socket);
      expect(response.statusCode).toBe(200);
      response.resume();
      await once(response, 'end');
    }
    expect(sockets.size).toBe(1);
  });

  test('[LIMIT11] that reads nothing of its answer is closed when its time is over', async () => {
    const siteDirectory = await makeSite({ 'big.bin': new Uint8Array(BIG_BYTES) });
    const limits = { unreadSeconds: 1, connectionsPerAddress: 1 };
    const server = await startTestServer({ siteDirectory, limits });
    const socket = open(server.running.port);
    socket.pause();
    socket.write(ask('/big.bin'));
    // Its place is free again for the next.
    const status = () => fetch(`${server.httpUrl}/health`).then((answer) => answer.status, String);
    await expect.poll(status, { timeout: 10_000 }).toBe(200);
  });
});

test('a file of the site is sent as it lies in memory, however many wait for it', async () => {
  const site = await readSite(await makeSite({ 'some.js': 'export {};'.repeat(1000) }));
  const file = site.files.get('/some.js');
  if (file === undefined) throw new Error('the site has it');
  const app = new Hono<HttpEnvironment>().get('/', (context) => serveFile(context, file));
  for (const coding of ['identity', 'gzip'] as const) {
    const answer = await app.request('/', { headers: { 'Accept-Encoding': coding } });
    const { value } = (await answer.body?.getReader().read()) ?? {};
    const kept = coding === 'gzip' ? file.coded.get(coding) : file.plain;
    expect(value?.buffer).toBe(kept?.bytes.buffer);
  }
});
