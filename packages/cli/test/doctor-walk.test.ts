/** The walk against servers on loopback, each with one fault: what it says, and what is left out. */
import { afterEach, describe, expect, test } from 'vitest';
import { httpStep, nameStep, portTrouble } from '../src/doctor/server-steps.ts';
import { ok, type Step } from '../src/doctor/step.ts';
import { readTarget } from '../src/doctor/target.ts';
import { walk } from '../src/doctor/walk.ts';
import {
  closedPort,
  closeServers,
  type FakePerch,
  type FakeTurn,
  fakePerch,
  fakeTurn,
  fakeTurnOverTcp,
  httpServer,
  silentPort,
  tcpServer,
} from './support/fake-servers.ts';

afterEach(closeServers);

const JOINED = { type: 'joined', viewer_id: 'viewer-1', stream_id: 'garden' };

function targetOf(url: string) {
  const read = readTarget(url);
  if (!read.ok) throw new Error(read.reason);
  return read.value;
}

interface Walked {
  readonly steps: readonly Step[];
  /** The URLs that the relay was tried with. */
  readonly relayUrls: readonly string[];
  readonly failures: number;
  /** The one step that failed: its name, what it found, what to do. */
  readonly failed: string;
}

async function walkTo(port: number, token?: string): Promise<Walked> {
  const steps: Step[] = [];
  const relayUrls: string[] = [];
  const failures = await walk({
    target: targetOf(`ws://127.0.0.1:${port}`),
    streamId: 'garden',
    token,
    tryRelay: (servers) => {
      relayUrls.push(...servers.flatMap(({ urls }) => urls));
      return Promise.resolve(ok('it passes'));
    },
    nowMs: () => 0,
    report: (step) => steps.push(step),
  });
  const failed = steps.flatMap(({ name, outcome }) =>
    outcome.mark === 'failed' ? [[name, outcome.found, ...outcome.next].join('\n')] : [],
  );
  return { steps, relayUrls, failures, failed: failed.join('\n\n') };
}

async function walkToPerch(perch: FakePerch, token?: string): Promise<Walked> {
  const { port } = await fakePerch(perch);
  return await walkTo(port, token);
}

const marks = ({ steps }: Walked) => steps.map(({ name, outcome }) => `${outcome.mark} ${name}`);

describe('the way to the server', () => {
  test('ends at a name that does not exist', async () => {
    const outcome = await nameStep(targetOf('ws://camera.invalid'));
    expect(outcome).toMatchObject({ mark: 'failed', next: [expect.stringMatching(/A record|DNS/)] });
  });

  test('ends at a closed port, and what comes after it is left out', async () => {
    const walked = await walkTo(await closedPort());
    expect(walked.failed).toMatch(/^port\nTCP port \d+ is closed.*\n.*systemctl status perch-serve/);
    expect(marks(walked)).toEqual([
      'ok name',
      'failed port',
      ...['Perch', 'WebSocket', 'token', 'TURN mint', 'UDP', 'TURN', 'relay'].map(
        (name) => `skipped ${name}`,
      ),
    ]);
    expect(walked.failures).toBe(1);
  });

  test("of a port that does not answer says firewall and the provider's security group", () => {
    expect(portTrouble('ETIMEDOUT', 8080).join('\n')).toMatch(/security group.*\n.*ufw allow 8080\/tcp/);
  });

  test('ends at a port that accepts and says nothing', async () => {
    const [outcome] = await httpStep(targetOf(`ws://127.0.0.1:${await silentPort()}`), 100);
    expect(outcome).toMatchObject({ mark: 'failed', found: expect.stringMatching(/open and says nothing/) });
  });

  test.each([
    ['a page', '<h1>It works!</h1>'],
    ['other JSON', '{"status":"ok"}'],
  ])('ends at a server that is not Perch: %s', async (_, body) => {
    const walked = await walkTo(await httpServer((_request, response) => response.end(body)));
    expect(walked.failed).toMatch(/^Perch\n.*it is not Perch/);
  });

  test('names the address that it is sent on to', async () => {
    const port = await httpServer((_request, response) => {
      response.writeHead(301, { location: 'https://cam.example/health' }).end();
    });
    expect((await walkTo(port)).failed).toMatch(/^Perch\nit sends on to https:\/\/cam\.example\n/);
  });

  test('ends at TLS with a server that speaks none', async () => {
    const { port } = await fakePerch({});
    const [outcome] = await httpStep(targetOf(`wss://127.0.0.1:${port}`));
    expect(outcome).toMatchObject({ mark: 'failed', next: [expect.stringMatching(/use http:\/\//)] });
  });

  test.each([
    [403, /its log says which rule/],
    [400, /does not pass WebSockets on/],
    [502, /does the proxy know its port/],
    [429, /--trust-proxy/],
  ])('ends at an upgrade that is refused with %i', async (upgradeStatus, next) => {
    const walked = await walkToPerch({ upgradeStatus });
    expect(walked.failed).toMatch(/^WebSocket\n/);
    expect(walked.failed).toMatch(next);
  });
});

describe('the token', () => {
  const claims = (payload: object): string =>
    `h.${Buffer.from(JSON.stringify(payload)).toString('base64url')}.s`;
  const refusal = (code: string): FakePerch => ({ answers: [{ type: 'error', message: 'no', code }] });

  test.each([
    ['token-missing', undefined, /PERCH_TOKEN.*perch token --view garden/],
    ['token-invalid', 'garbage', /no token at all\n.*copied whole/],
    ['token-invalid', claims({ right: 'view', sub: 'garden' }), /not signed by this server\n.*state folder/],
    ['token-expired', claims({}), /has expired\n/],
    ['token-revoked', claims({}), /taken this token back/],
    ['forbidden', claims({ right: 'view', sub: 'attic' }), /for "attic", not for "garden"\n.*STREAM_ID/],
  ])('that is refused with %s has its next step', async (code, token, expected) => {
    const walked = await walkToPerch(refusal(code), token);
    expect(walked.failed).toMatch(/^token\n/);
    expect(walked.failed).toMatch(expected);
    expect(marks(walked)).toContain('skipped TURN mint');
  });

  test('that publishes is good, and is never registered with: that would end the live stream', async () => {
    const { port, joins } = await fakePerch({
      ...refusal('forbidden'),
      credentials: { iceServers: [] },
    });
    const walked = await walkTo(port, claims({ right: 'publish', sub: 'garden' }));
    expect(marks(walked)).toContain('ok token');
    expect(walked.failures).toBe(0);
    expect(joins).toHaveLength(1);
  });

  test('goes with the join, and a stream that nobody broadcasts is told of', async () => {
    const offline = { type: 'error', message: 'Stream not available', code: 'stream-not-available' };
    const { port, joins } = await fakePerch({ answers: [{ ...JOINED, ice_servers: [] }, offline] });
    const { steps } = await walkTo(port, 'a.b.c');
    expect(joins).toEqual([{ type: 'join', stream_id: 'garden', token: 'a.b.c' }]);
    expect(steps.find(({ name }) => name === 'token')?.outcome).toMatchObject({
      mark: 'ok',
      note: expect.stringContaining('nobody broadcasts'),
    });
  });
});

describe('TURN', () => {
  async function withTurn(turn: FakeTurn): Promise<Walked> {
    return await withUrls(`turn:127.0.0.1:${await fakeTurn(turn)}`);
  }

  async function withUrls(...urls: readonly string[]): Promise<Walked> {
    const ice_servers = [{ urls, username: 'user', credential: 'good' }];
    return await walkToPerch({ turnKind: 'shared-secret', answers: [{ ...JOINED, ice_servers }] });
  }

  test('that works is walked through to the end', async () => {
    const walked = await withTurn({});
    expect(marks(walked)).toEqual(
      ['name', 'port', 'Perch', 'WebSocket', 'token', 'TURN mint', 'UDP', 'TURN', 'relay'].map(
        (name) => `ok ${name}`,
      ),
    );
    expect(walked.failures).toBe(0);
  });

  test('with another secret than the server has is told from one that does not answer', async () => {
    const walked = await withTurn({ password: 'other' });
    expect(walked.failed).toMatch(/^TURN\n.*does not take the password\n.*static-auth-secret/);
    expect(marks(walked).slice(-2)).toEqual(['failed TURN', 'skipped relay']);
  });

  test('over TCP alone is walked through to the end too', async () => {
    const url = `turn:127.0.0.1:${await fakeTurnOverTcp()}?transport=tcp`;
    const walked = await withUrls(url);
    expect(marks(walked).slice(-4)).toEqual(['ok TURN mint', 'skipped UDP', 'ok TURN', 'ok relay']);
    expect(walked.relayUrls).toEqual([url]);
    expect(walked.failures).toBe(0);
  });

  test('over TCP with another secret than the server has is told', async () => {
    const walked = await withUrls(
      `turn:127.0.0.1:${await fakeTurnOverTcp({ password: 'other' })}?transport=tcp`,
    );
    expect(walked.failed).toMatch(/^TURN\n.*does not take the password\n.*static-auth-secret/);
    expect(marks(walked).slice(-2)).toEqual(['failed TURN', 'skipped relay']);
  });

  test('of which one way fails is tried with the ways that work', async () => {
    const overTcp = `turn:127.0.0.1:${await fakeTurnOverTcp()}?transport=tcp`;
    const walked = await withUrls(`turn:127.0.0.1:${await closedPort()}`, overTcp);
    expect(marks(walked).slice(-3)).toEqual(['failed TURN', 'ok TURN', 'ok relay']);
    expect(walked.relayUrls).toEqual([overTcp]);
  });

  test.each([
    [
      'closed',
      closedPort,
      /^TURN\nturn:.*: TCP port \d+ is closed.*\ndoes the TURN server run.*systemctl status coturn/,
    ],
    [
      'that of something else',
      () => tcpServer((socket) => socket.write('SSH-2.0-OpenSSH\r\n')),
      /^TURN\n.*something that is no TURN server\n.*ss -tlnp/,
    ],
    [
      'closed after each request',
      () => tcpServer((socket) => socket.once('data', () => socket.end())),
      /^TURN\n.*closes it without an answer\n.*turns: in place of turn:/,
    ],
  ])('over TCP whose port is %s has its next step', async (_, port, expected) => {
    const walked = await withUrls(`turn:127.0.0.1:${await port()}?transport=tcp`);
    expect(walked.failed).toMatch(expected);
    expect(marks(walked).slice(-1)).toEqual(['skipped relay']);
  });

  test('over TLS with a server that speaks none has its next step', async () => {
    const walked = await withUrls(`turns:127.0.0.1:${await fakeTurnOverTcp()}`);
    expect(walked.failed).toMatch(/^TURN\n.*the port is open, and TLS fails: .*\n.*cert= and pkey=/);
  });

  test('over DTLS is left out, and nothing more is said to have failed', async () => {
    const walked = await withUrls('turns:127.0.0.1:5349?transport=udp');
    expect(walked.failures).toBe(0);
    expect(walked.steps.at(-1)?.outcome).toMatchObject({
      mark: 'skipped',
      found: 'no TURN server above gave an allocation',
    });
  });

  test('that does not run is a closed port', async () => {
    const walked = await withUrls(`turn:127.0.0.1:${await closedPort()}`);
    expect(walked.failed).toMatch(/^TURN\nUDP port \d+ of 127\.0\.0\.1 is closed/);
  });

  test('that has no port left says so', async () => {
    expect((await withTurn({ refuseWith: 508 })).failed).toMatch(/no relay port left/);
  });

  test.each([
    [
      'cloudflare',
      'HTTP 401',
      /^TURN mint\nCloudflare gives no TURN credentials: HTTP 401\n.*CLOUDFLARE_TURN_ID/,
    ],
    ['stun', undefined, /^$/],
  ])(
    'that the server (%s) gives no credentials for has its next step',
    async (turnKind, reason, expected) => {
      const ice = { ice_servers: [], ...(reason === undefined ? {} : { turn_unavailable: reason }) };
      const renewed = { type: 'ice-servers', ...ice };
      const walked = await walkToPerch({ turnKind, answers: [{ ...JOINED, ...ice }, renewed] });
      expect(walked.failed).toMatch(expected);
      expect(marks(walked).slice(-3)).toEqual(['skipped UDP', 'skipped TURN', 'skipped relay']);
    },
  );

  test('that comes a moment after the reply is used', async () => {
    const urls = [`turn:127.0.0.1:${await fakeTurn()}`];
    const ice_servers = [{ urls, username: 'user', credential: 'good' }];
    const walked = await walkToPerch({
      turnKind: 'cloudflare',
      answers: [
        { ...JOINED, ice_servers: [], turn_unavailable: 'not yet' },
        { type: 'ice-servers', ice_servers, ice_ttl: 600 },
      ],
    });
    expect(walked.failures).toBe(0);
    expect(marks(walked)).toContain('ok relay');
  });
});
