/** Pages whose own name leads to a server in somebody's home: by that name an open server takes none. */
import { request } from 'node:http';
import { describe, expect, test } from 'vitest';
import { isHomeName } from '../src/adapters/http/home-name.ts';
import { hostNameOf } from '../src/adapters/http/host-name.ts';
import { closedAuthority } from './support/closed-authority.ts';
import { startTestServer, type TestServer } from './support/test-server.ts';

const AT_HOME = [
  '192.168.1.5:8080',
  '203.0.113.7',
  '[::1]:8080',
  '[fd00::5]',
  'localhost:8080',
  'cam.localhost:8080',
  'pi:8080',
  'perch:8080',
  'PI.local:8080',
  'pi.local.:8080',
  'pi.lan',
  'pi.home',
  'pi.home.arpa',
  'pi.fritz.box:8080',
  'perch.default.svc.cluster.local',
];

const ELSEWHERE = [
  'rebound.example:8080',
  'evil-local.example',
  'local.evil.example',
  'xlocal.example',
  '192.168.1.5.rebound.example',
  'evilfritz.box',
];

describe('a name is of a home', () => {
  test.each(AT_HOME)('%s', (host) => expect(isHomeName(hostNameOf(host) ?? '')).toBe(true));
});

describe('a name may be of anyone', () => {
  test.each(ELSEWHERE)('%s', (host) => expect(isHomeName(hostNameOf(host) ?? '')).toBe(false));
});

/** What a page gets that came from there: its WebSocket, what it posts, and what it gets, of which browsers name no origin. */
async function ofPageAt(host: string, server: TestServer): Promise<(number | string)[]> {
  const origin = `http://${host}`;
  const ask = (method: string, path: string, headers: Record<string, string>) =>
    new Promise<number | undefined>((resolve, reject) => {
      const options = { host: '127.0.0.1', port: server.running.port, method, path, headers };
      const asked = request(options, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      asked.once('error', reject).end();
    });
  const webSocket = await server.connect({ headers: { host, origin } }).then(
    () => 101,
    (error: Error) => Number(/\d{3}/.exec(error.message)?.[0]),
  );
  const gets = ['/api/streams', '/api/streams/cam/snapshot.jpg', '/turn-credentials'];
  const statuses = await Promise.all([
    ...gets.map((path) => ask('GET', path, { host })),
    ask('POST', '/whep/cam', { host, origin }),
  ]);
  return [webSocket, ...statuses.map((status) => status ?? 0)];
}

const REFUSED = [403, 403, 403, 403, 403];
/** There is no camera, and no offer. */
const TAKEN = [101, 200, 503, 200, 415];

describe('an open server', () => {
  test.each(AT_HOME)('[LIMIT12] takes its own page at %s', async (host) => {
    expect(await ofPageAt(host, await startTestServer())).toEqual(TAKEN);
  });

  test.each(ELSEWHERE)('[LIMIT12] takes no page at %s', async (host) => {
    expect(await ofPageAt(host, await startTestServer())).toEqual(REFUSED);
  });

  test('[LIMIT12] takes its page at the names that its owner said, on any port, and at all with *', async () => {
    const server = await startTestServer({
      allowedOrigins: ['http://cam.example:8443', 'https://cam.example'],
    });
    expect(await ofPageAt('cam.example:8443', server)).toEqual(TAKEN);
    expect(await ofPageAt('evil.example', server)).toEqual(REFUSED);
    const lax = await startTestServer({ allowedOrigins: ['*'] });
    expect(await ofPageAt('evil.example', lax)).toEqual(TAKEN);
  });

  test('[LIMIT12] says which setting lets the page in', async () => {
    const server = await startTestServer();
    const answer = await new Promise<string>((resolve) => {
      const headers = { host: 'cam.example' };
      request({ host: '127.0.0.1', port: server.running.port, path: '/api/streams', headers }, (response) => {
        response.setEncoding('utf8').once('data', resolve);
      }).end();
    });
    expect(answer).toMatch(/--allow-origin.*PERCH_PUBLIC_URL/u);
  });

  test('[LIMIT9] [LIMIT12] takes WebSockets of programs by any name: a browser would say where its page is from', async () => {
    const server = await startTestServer();
    const camera = await server.connect({ headers: { host: 'cam.example' } });
    await camera.register('cam');
    expect(await camera.settle()).toEqual([]);
  });
});

test('[LIMIT12] where tokens are asked for, a name says nothing', async () => {
  const { authority } = closedAuthority();
  const server = await startTestServer({ authority });
  expect(await ofPageAt('cam.example', server)).toEqual([101, 401, 401, 401, 415]);
});
