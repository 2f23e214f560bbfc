import { describe, expect, test } from 'vitest';
import { CloudflareTurn } from '../src/adapters/cloudflare/cloudflare-turn.ts';
import {
  type Answer,
  API_TOKEN,
  answerJson,
  KEY_ID,
  LIST_ANSWER,
  OBJECT_ANSWER,
  RELAY_SERVER,
  startFakeCloudflare,
} from './support/fake-cloudflare.ts';

const STUN = ['stun:stun.cloudflare.com:3478'];

async function mint(answer: Answer, keyId = KEY_ID) {
  const { apiUrl, requests } = await startFakeCloudflare(answer);
  const turn = new CloudflareTurn({ keyId, apiToken: API_TOKEN, apiUrl });
  return { result: await turn.mint(7200, new AbortController().signal), requests };
}

describe('Cloudflare', () => {
  test('is asked with a bearer token and the time to live', async () => {
    const { requests } = await mint(answerJson(201, LIST_ANSWER));
    expect(requests).toEqual([
      {
        method: 'POST',
        url: `/v1/turn/keys/${KEY_ID}/credentials/generate-ice-servers`,
        authorization: `Bearer ${API_TOKEN}`,
        body: '{"ttl":7200}',
      },
    ]);
  });

  test('a key id cannot lead to another path', async () => {
    const { requests } = await mint(answerJson(201, LIST_ANSWER), '../../x?y#z');
    expect(requests[0]?.url).toBe('/v1/turn/keys/..%2F..%2Fx%3Fy%23z/credentials/generate-ice-servers');
  });

  test('answers with a list of servers; port 53 is dropped', async () => {
    const { result } = await mint(answerJson(201, LIST_ANSWER));
    expect(result).toEqual({ ok: true, iceServers: [{ urls: STUN }, RELAY_SERVER] });
  });

  test('answers with one server that has all URLs; port 53 is dropped', async () => {
    const { result } = await mint(answerJson(201, OBJECT_ANSWER));
    const { urls, ...login } = RELAY_SERVER;
    expect(result).toEqual({ ok: true, iceServers: [{ urls: [...STUN, ...urls], ...login }] });
  });

  test.each([
    [401, 'refused the TURN API token'],
    [403, 'refused the TURN API token'],
    [404, 'does not know the TURN key id'],
    [429, 'no more requests'],
    [500, 'HTTP 500'],
    [503, 'HTTP 503'],
  ])('HTTP %i is a failure whose reason says so', async (status, reason) => {
    const { result } = await mint(answerJson(status, { errors: [{ message: API_TOKEN }] }));
    expect(result).toEqual({ ok: false, reason: expect.stringContaining(reason) });
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
    expect(result).toEqual({ ok: false, reason: expect.stringContaining('Cloudflare answered') });
  });

  test.each<[string, Answer]>([
    ['what is not JSON', (response) => response.writeHead(201).end('<html>')],
    ['nothing', (response) => response.writeHead(201).end()],
    ['half of it, and hangs up', (response) => response.writeHead(201).write('{', () => response.destroy())],
    ['by hanging up', (response) => response.destroy()],
    ['with a redirect', (response) => response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end()],
  ])('answering %s is a failure', async (_name, answer) => {
    const { result } = await mint(answer);
    expect(result).toEqual({ ok: false, reason: expect.stringContaining('Cloudflare') });
  });

  test('a token that cannot stand in a header is a failure that does not show it', async () => {
    const turn = new CloudflareTurn({
      keyId: KEY_ID,
      apiToken: `${API_TOKEN}\nx`,
      apiUrl: 'http://127.0.0.1:9',
    });
    const result = await turn.mint(7200, new AbortController().signal);
    expect(result.ok).toBe(false);
    expect(JSON.stringify(result)).not.toContain('canary');
  });

  test('the signal ends a request that hangs', async () => {
    const { apiUrl, asked } = await startFakeCloudflare(() => {});
    const turn = new CloudflareTurn({ keyId: KEY_ID, apiToken: API_TOKEN, apiUrl });
    const request = new AbortController();
    const result = turn.mint(7200, request.signal);
    await asked;
    request.abort();
    expect(await result).toMatchObject({ ok: false });
  });
});
