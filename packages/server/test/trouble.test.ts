/** What goes wrong is in the log: what, where, and by which name whoever met it can be helped. */
import diagnostics from 'node:diagnostics_channel';
import type { Server } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { openAuthority } from '../src/adapters/access/authorities.ts';
import type { Authority } from '../src/domain/access/authority.ts';
import { startTestServer, type TestServer } from './support/test-server.ts';

const TOKEN = 'eyJhbGci.eyJzdWIi.c2lnbmVk';

function brokenAuthority(): Authority {
  const authority = openAuthority(new Uint8Array(32));
  authority.identify = () => {
    throw new Error(`broken by ${TOKEN}`);
  };
  return authority;
}

test('a request that fails is in the log with where, and with the name that its sender was told', async () => {
  const server = await startTestServer({ authority: brokenAuthority() });
  const answer = await fetch(`${server.httpUrl}/api/streams?token=${TOKEN}`);
  expect(answer.status).toBe(500);
  const [, request] = /has it as (\S+)\n/u.exec(await answer.text()) ?? [];
  expect(server.log).toContainEqual(
    expect.objectContaining({
      level: 50,
      msg: 'a request failed',
      request,
      route: 'GET /api/streams',
      reason: 'broken by ***',
      stack: expect.stringContaining('trouble.test.ts'),
    }),
  );
  expect(server.logLines.join('')).not.toContain('eyJ');
});

/** Node's own, which errors of accept(2) are told to. */
async function nodeServerOf(server: TestServer): Promise<Server> {
  const started = new Promise<Server>((resolve) => {
    const listen = (message: unknown) => resolve((message as { server: Server }).server);
    diagnostics.subscribe('http.server.request.start', listen);
    onTestFinished(() => void diagnostics.unsubscribe('http.server.request.start', listen));
  });
  await fetch(`${server.httpUrl}/health`);
  return await started;
}

test('a connection that can not be accepted ends nothing; the log says it once a minute', async () => {
  const server = await startTestServer();
  const node = await nodeServerOf(server);
  const said = () => server.log.filter(({ msg }) => String(msg).includes('could not be accepted'));
  for (let n = 0; n < 1000; n++) node.emit('error', new Error('accept ENOBUFS'));
  expect(said()).toEqual([expect.objectContaining({ level: 50, reason: 'accept ENOBUFS' })]);
  server.scheduler.advance(60_000);
  node.emit('error', new Error('accept ENOMEM'));
  expect(said()).toHaveLength(2);
  expect((await fetch(`${server.httpUrl}/health`)).status).toBe(200);
});

test('a camera or a viewer that is sent away is in the log with the reason; a guest is counted', async () => {
  const limits = { broadcasterMessagesPerSecond: 1, viewerMessagesPerSecond: 1 };
  const server = await startTestServer({ limits });
  const [camera, viewer, guest] = [await server.connect(), await server.connect(), await server.connect()];
  await camera.register('cam');
  await viewer.join('cam');
  for (const client of [camera, viewer, guest]) {
    for (let n = 0; n < 30; n++) client.send({ type: 'ping' });
    await client.closed;
  }
  const connectionOf = (msg: string) => server.log.find((line) => line['msg'] === msg)?.['connection'];
  const away = server.log.filter(({ msg }) => /sent away/u.test(String(msg)));
  expect(away).toMatchObject([
    {
      msg: 'broadcaster sent away',
      code: 'rate-limited',
      connection: connectionOf('broadcaster registered'),
    },
    { msg: 'viewer sent away', code: 'rate-limited', connection: connectionOf('viewer joined') },
  ]);
  server.scheduler.advance(60_000);
  expect(server.log).toContainEqual(expect.objectContaining({ refusals: { 'rate-limited': 1 } }));
});
