/** Cloudflare's TURN key API on loopback: answers what the test says, keeps what it was asked. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export const KEY_ID = '0123456789abcdef0123456789abcdef';
export const API_TOKEN = 'token-canary-55d1';

const STUN_URLS = ['stun:stun.cloudflare.com:3478', 'stun:stun.cloudflare.com:53'];
const TURN_URLS = [
  'turn:turn.cloudflare.com:3478?transport=udp',
  'turn:turn.cloudflare.com:53?transport=udp',
  'turn:turn.cloudflare.com:3478?transport=tcp',
  'turn:turn.cloudflare.com:80?transport=tcp',
  'turns:turn.cloudflare.com:5349?transport=tcp',
  'turns:turn.cloudflare.com:443?transport=tcp',
];
const LOGIN = { username: 'u'.repeat(96), credential: 'c'.repeat(128) };

export const LIST_ANSWER = { iceServers: [{ urls: STUN_URLS }, { urls: TURN_URLS, ...LOGIN }] };
export const OBJECT_ANSWER = { iceServers: { urls: [...STUN_URLS, ...TURN_URLS], ...LOGIN } };
/** What either becomes: no port 53. */
export const RELAY_SERVER = { urls: TURN_URLS.filter((url) => !url.includes(':53?')), ...LOGIN };

export interface FakeCloudflareRequest {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly authorization: string | undefined;
  readonly body: string;
}

export type Answer = (response: ServerResponse) => void;

export const answerJson =
  (status: number, body: unknown): Answer =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };

export async function startFakeCloudflare(answer: Answer) {
  const requests: FakeCloudflareRequest[] = [];
  let onRequest = () => {};
  const asked = new Promise<void>((resolve) => {
    onRequest = resolve;
  });
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { method, url, headers } = request;
    requests.push({ method, url, authorization: headers.authorization, body });
    answer(response);
    onRequest();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { apiUrl, requests, asked };
}
