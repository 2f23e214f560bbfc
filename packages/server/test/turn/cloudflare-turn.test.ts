import { describe, expect, test } from 'vitest';
import { CloudflareTurn } from '../../src/adapters/turn/cloudflare-turn.ts';
import { createIceServerSource } from '../../src/adapters/turn/create-ice-server-source.ts';
import type { TurnEvent } from '../../src/domain/turn/turn-provider.ts';
import {
  type Answer,
  API_TOKEN,
  answerJson,
  KEY_ID,
  LIST_ANSWER,
  OBJECT_ANSWER,
  RELAY_SERVER,
  startFakeCloudflare,
} from '../support/fake-cloudflare.ts';
import { ManualScheduler } from '../support/manual-scheduler.ts';

const STUN = ['stun:stun.cloudflare.com:3478'];
const REQUEST = { id: 'session-1', ttlSeconds: 600 };
const noSignal = () => new AbortController().signal;

async function mint(answer: Answer, keyId = KEY_ID) {
  const { apiUrl, requests } = await startFakeCloudflare(answer);
  const turn = new CloudflareTurn({ keyId, apiToken: API_TOKEN, apiUrl });
  return { result: await turn.mint(REQUEST, noSignal()), requests };
}

describe('Cloudflare is asked for credentials', () => {
  test('with a bearer token, the time to live and the session', async () => {
    const { requests } = await mint(answerJson(201, LIST_ANSWER));
    expect(requests).toEqual([
      {
        method: 'POST',
        url: `/v1/turn/keys/${KEY_ID}/credentials/generate-ice-servers`,
        authorization: `Bearer ${API_TOKEN}`,
        body: '{"ttl":600,"customIdentifier":"session-1"}',
      },
    ]);
  });

  test('a key id cannot lead to another path', async () => {
    const { requests } = await mint(answerJson(201, LIST_ANSWER), '../../x?y#z');
    expect(requests[0]?.url).toBe('/v1/turn/keys/..%2F..%2Fx%3Fy%23z/credentials/generate-ice-servers');
  });

  test('it answers with a list of servers; ports 3478, 80, 5349 and 443 stay, 53 is dropped', async () => {
    const { result } = await mint(answerJson(201, LIST_ANSWER));
    expect(result).toEqual({ ok: true, iceServers: [{ urls: STUN }, RELAY_SERVER] });
    expect(RELAY_SERVER.urls.map((url) => url.match(/:(\d+)\?/)?.[1])).toEqual([
      '3478',
      '3478',
      '80',
      '5349',
      '443',
    ]);
  });

  test('it answers with one server that has all URLs; port 53 is dropped', async () => {
    const { result } = await mint(answerJson(201, OBJECT_ANSWER));
    const { urls, ...login } = RELAY_SERVER;
    expect(result).toEqual({ ok: true, iceServers: [{ urls: [...STUN, ...urls], ...login }] });
  });

  test.each([
    [400, 'refused', 'HTTP 400'],
    [401, 'refused', 'refused the TURN API token'],
    [403, 'refused', 'refused the TURN API token'],
    [404, 'refused', 'does not know the TURN key id'],
    [429, 'limited', 'no more requests'],
    [500, 'unavailable', 'HTTP 500'],
    [503, 'unavailable', 'HTTP 503'],
  ])('HTTP %i is a failure (%s) whose reason says so', async (status, why, reason) => {
    const { result } = await mint(answerJson(status, { errors: [{ message: API_TOKEN }] }));
    expect(result).toMatchObject({ ok: false, why, reason: expect.stringContaining(reason) });
    expect(JSON.stringify(result)).not.toContain(API_TOKEN);
  });

  test.each<[string, unknown]>([
    ['no ICE servers', {}],
    ['null', null],
    ['null servers', { iceServers: null }],
    ['a string', { iceServers: 'turn:turn.cloudflare.com' }],
    ['an empty list', { iceServers: [] }],
    ['STUN alone', { iceServers: [{ urls: STUN }] }],
    ['TURN without a login', { iceServers: [{ urls: RELAY_SERVER.urls }] }],
    ['port 53 alone', { iceServers: { ...RELAY_SERVER, urls: ['turn:turn.cloudflare.com:53'] } }],
    [
      'URLs that are none',
      { iceServers: [{ urls: ['https://example.org'], username: 'a', credential: 'b' }] },
    ],
    ['a login that is not text', { iceServers: { ...RELAY_SERVER, username: 7 } }],
  ])('%s in the answer is a failure', async (_name, body) => {
    const { result } = await mint(answerJson(201, body));
    expect(result).toMatchObject({ ok: false, why: 'malformed' });
  });

  test.each<[string, Answer]>([
    ['what is not JSON', (response) => response.writeHead(201).end('<html>')],
    ['nothing', (response) => response.writeHead(201).end()],
    ['half of it, and hangs up', (response) => response.writeHead(201).write('{', () => response.destroy())],
    ['by hanging up', (response) => response.destroy()],
    ['with a redirect', (response) => response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end()],
  ])('answering %s is a failure', async (_name, answer) => {
    const { result } = await mint(answer);
    expect(result).toMatchObject({ ok: false, reason: expect.stringContaining('Cloudflare') });
  });

  test('a token that cannot stand in a header is a failure that does not show it', async () => {
    const apiToken = `${API_TOKEN}\nx`;
    const turn = new CloudflareTurn({ keyId: KEY_ID, apiToken, apiUrl: 'http://127.0.0.1:9' });
    const result = await turn.mint(REQUEST, noSignal());
    expect(result.ok).toBe(false);
    expect(JSON.stringify(result)).not.toContain('canary');
  });

  test('the signal ends a request that hangs', async () => {
    const { apiUrl, asked } = await startFakeCloudflare(() => {});
    const turn = new CloudflareTurn({ keyId: KEY_ID, apiToken: API_TOKEN, apiUrl });
    const request = new AbortController();
    const result = turn.mint(REQUEST, request.signal);
    await asked;
    request.abort();
    expect(await result).toMatchObject({ ok: false });
  });
});

describe('Cloudflare is asked to revoke', () => {
  async function revoke(status: number, username = 'abc') {
    const { apiUrl, requests } = await startFakeCloudflare((response) => response.writeHead(status).end());
    const turn = new CloudflareTurn({ keyId: KEY_ID, apiToken: API_TOKEN, apiUrl });
    return { result: await turn.revoke(username, noSignal()), requests };
  }

  test('[ICE7] by the user name, which cannot lead to another path', async () => {
    const { result, requests } = await revoke(204, 'a/../b');
    expect(result).toEqual({ ok: true });
    const url = `/v1/turn/keys/${KEY_ID}/credentials/a%2F..%2Fb/revoke`;
    expect(requests).toEqual([{ method: 'POST', url, authorization: `Bearer ${API_TOKEN}`, body: '' }]);
  });

  test.each([
    [404, { ok: true }],
    [401, { ok: false, why: 'refused' }],
    [500, { ok: false, why: 'unavailable' }],
  ])('HTTP %i', async (status, expected) => {
    expect((await revoke(status)).result).toMatchObject(expected);
  });
});

describe('a session with Cloudflare', () => {
  async function setUp(answer: Answer) {
    const scheduler = new ManualScheduler();
    const box = { answer };
    const { apiUrl, requests } = await startFakeCloudflare((response) => box.answer(response));
    const events: TurnEvent[] = [];
    let wake = () => {};
    let ids = 0;
    const source = createIceServerSource(
      { kind: 'cloudflare', keyId: KEY_ID, apiToken: API_TOKEN, apiUrl },
      {
        scheduler,
        random: () => 0.5,
        randomId: () => `id-${++ids}`,
        report: (event) => {
          events.push(event);
          wake();
        },
      },
    );
    /** Turns the clock until that is so: what comes from the network takes real time, and none of the clock's. */
    const until = async (isSo: () => boolean, stepMs = 0) => {
      while (!isSo()) {
        const woken = new Promise<void>((resolve) => {
          wake = resolve;
          setImmediate(resolve);
        });
        await woken;
        scheduler.advance(stepMs);
      }
    };
    return { scheduler, box, source, requests, events, until };
  }

  test('goes on through expiry, 401, 429, 5xx and a hang, and has TURN again after each', async () => {
    const { source, until, box } = await setUp(answerJson(201, LIST_ANSWER));
    const started = source.start();
    await until(() => source.state.available);
    await started;
    const session = source.open('viewer', () => undefined);
    expect(session.current.available).toBe(true);
    const troubles = [401, 429, 500, 503].map((status) => answerJson(status, {}));
    for (const trouble of [...troubles, () => {}]) {
      box.answer = trouble;
      await until(() => !session.current.available, 1000);
      const other = source.open('viewer', () => undefined);
      expect(
        other.current.iceServers.flatMap(({ urls }) => urls).every((url) => url.startsWith('stun')),
      ).toBe(true);
      expect(other.current.reason).toMatch(/Cloudflare|did not answer/);
      expect(source.state).toMatchObject({ available: false });
      box.answer = answerJson(201, OBJECT_ANSWER);
      await until(() => session.current.available && other.current.available, 1000);
      other.close('media-goes-on');
    }
    source.close();
  });
});
