/** `perch doctor` against real servers: `perch serve`, open and closed, and a real coturn. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeCertificate } from './support/certificate.ts';
import { type Coturn, provideCoturn, startCoturn } from './support/coturn.ts';
import { killAll, PerchProcess } from './support/perch-process.ts';

const STREAM = 'garden';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'perch-doctor-'));
});

afterEach(async () => {
  await killAll();
  rmSync(folder, { recursive: true });
});

function perch(args: readonly string[], environment: Readonly<Record<string, string>> = {}): PerchProcess {
  return new PerchProcess(args, {
    folder,
    environment: { PERCH_STATE_DIR: join(folder, 'state'), ...environment },
  });
}

/** Its address. */
async function serve(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<string> {
  const server = perch(['serve', '--host', '127.0.0.1', '--port', '0', ...args], environment);
  const [, port] = await server.says(/"port":(\d+),[^\n]*"msg":"listening"/);
  return `http://127.0.0.1:${port}`;
}

interface Examined {
  readonly code: unknown;
  /** "ok name", "failed port", ... */
  readonly marks: readonly string[];
  readonly text: string;
}

function examine(server: string, environment: Readonly<Record<string, string>> = {}): Promise<Examined> {
  return outcomeOf(perch(['doctor', '--server', server, '--stream-id', STREAM], environment));
}

async function outcomeOf(doctor: PerchProcess): Promise<Examined> {
  const code = await doctor.end();
  const marks = [...doctor.stdout.matchAll(/^(ok|failed|skipped) +(TURN mint|\S+)/gm)];
  return { code, marks: marks.map(([, mark, name]) => `${mark} ${name}`), text: doctor.stdout };
}

async function token(right: 'view' | 'publish', stream: string): Promise<string> {
  const made = perch(['token', `--${right}`, stream]);
  await made.end();
  return /eyJ[\w-]+\.[\w-]+\.[\w-]+/.exec(made.stdout)?.[0] ?? '';
}

describe('perch doctor', () => {
  test('walks through an open server without TURN, says what is missing, and ends with 0', async () => {
    const { code, marks, text } = await examine(await serve(['--open']));
    expect(marks.slice(0, 6)).toEqual([
      ...['ok name', 'ok port', 'ok Perch', 'ok WebSocket', 'ok token', 'skipped TURN mint'],
    ]);
    expect(text).toContain('nobody broadcasts this stream now');
    expect(text).toContain('CLOUDFLARE_TURN_ID');
    // Without the internet, nobody answers over UDP.
    expect(code).toBe(marks.includes('failed UDP') ? 1 : 0);
  });

  test('ends with 1 where the server is gone', async () => {
    const server = await serve(['--open']);
    await killAll();
    const { code, marks, text } = await examine(server);
    expect(code).toBe(1);
    expect(marks).toContain('failed port');
    expect(text).toContain('systemctl status perch-serve');
  });

  test('without the link that it asks for is wrong usage', async () => {
    const doctor = perch(['doctor', '--link']);
    doctor.type('');
    expect(await doctor.end()).toBe(2);
    expect(doctor.stderr).toMatch(/^perch doctor: the link must be the server's address/);
  });

  test('ends at once when it is told to', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as { port: number };
    const doctor = perch(['doctor', '--server', `ws://127.0.0.1:${port}`]);
    await doctor.says(/ok +port/);
    doctor.signal('SIGINT');
    expect(await doctor.end()).toBe(0);
    expect(doctor.stdout).not.toContain('says nothing');
    silent.close();
  });

  test('takes a link as it is, and tells a missing, a foreign and a wrong token apart', async () => {
    const server = await serve([]);
    const [view, publish, other] = [
      await token('view', STREAM),
      await token('publish', STREAM),
      await token('view', 'attic'),
    ];
    const asking = perch(['doctor', '--link']);
    asking.type(`${server}/watch/${STREAM}#token=${view}`);
    const withLink = await outcomeOf(asking);
    expect(withLink.marks).toContain('ok token');
    const onThePi = await examine(server, { PERCH_TOKEN: publish });
    expect(onThePi.marks).toContain('ok token');
    expect(onThePi.text).toContain('good for publishing');

    const without = await examine(server);
    expect(without.code).toBe(1);
    expect(without.text).toContain(`perch token --view ${STREAM}`);
    const forged = await examine(server, { PERCH_TOKEN: `${view.slice(0, -4)}AAAA` });
    expect(forged.text).toContain('not signed by this server');
    const forOther = await examine(server, { PERCH_TOKEN: other });
    expect(forOther.text).toContain('for "attic"');
    for (const { text } of [withLink, onThePi, forged, forOther]) expect(text).not.toContain('eyJ');
  });
});

const missing = provideCoturn();
if (missing !== undefined) console.log(`perch doctor with coturn is skipped: it ${missing}`);

const WRONG_SECRET = 'another-secret';

/** By how its TURN_URLS reach it. */
const SHAPES: Readonly<Record<string, (coturn: Coturn) => readonly string[]>> = {
  UDP: ({ url }) => [url],
  TCP: ({ url }) => [overTcp(url)],
  TLS: ({ tlsUrl }) => [tlsUrl],
  'UDP, TCP and TLS': ({ url, tlsUrl }) => [url, overTcp(url), tlsUrl],
};

function overTcp(url: string): string {
  return url.replace('=udp', '=tcp');
}

describe.skipIf(missing !== undefined)('perch doctor with coturn', () => {
  /** A server that names that coturn; what examines it takes the certificate, unless told not to. */
  async function examineWith(urls: readonly string[], secret: string, trust = true): Promise<Examined> {
    const server = await serve(['--open'], { TURN_SECRET: secret, TURN_URLS: urls.join() });
    return await examine(server, trust ? { NODE_EXTRA_CA_CERTS: join(folder, 'certificate.pem') } : {});
  }

  test.each(Object.entries(SHAPES))('sends something through the relay: %s', async (_, urlsOf) => {
    const coturn = await startCoturn(makeCertificate(folder));
    const urls = urlsOf(coturn);
    const { code, marks, text } = await examineWith(urls, coturn.secret);
    const udp = urls.includes(coturn.url) ? 'ok UDP' : 'skipped UDP';
    expect(marks.slice(5), text).toEqual(['ok TURN mint', udp, ...urls.map(() => 'ok TURN'), 'ok relay']);
    expect(code).toBe(0);
  });

  test.each(Object.entries(SHAPES))('finds another secret: %s', async (_, urlsOf) => {
    const coturn = await startCoturn(makeCertificate(folder));
    const urls = urlsOf(coturn);
    const { code, marks, text } = await examineWith(urls, WRONG_SECRET);
    expect(marks.slice(7), text).toEqual([...urls.map(() => 'failed TURN'), 'skipped relay']);
    expect(text.match(/static-auth-secret/g)).toHaveLength(urls.length);
    expect(code).toBe(1);
  });

  test('finds a certificate that nobody knows, and the relay is tried without that way', async () => {
    const coturn = await startCoturn(makeCertificate(folder));
    const { marks, text } = await examineWith([coturn.url, coturn.tlsUrl], coturn.secret, false);
    expect(marks.slice(-3), text).toEqual(['ok TURN', 'failed TURN', 'ok relay']);
    expect(text).toMatch(/its certificate is not good: DEPTH_ZERO_SELF_SIGNED_CERT/);
  });

  test('finds a coturn that speaks no TLS', async () => {
    const coturn = await startCoturn();
    const { marks, text } = await examineWith(
      [coturn.url.replace('turn:', 'turns:').replace('=udp', '=tcp')],
      coturn.secret,
    );
    expect(marks.slice(-2), text).toEqual(['failed TURN', 'skipped relay']);
    expect(text).toContain('cert= and pkey=');
  });

  test('finds a TURN server that does not run', async () => {
    const coturn = await startCoturn(makeCertificate(folder));
    await coturn.kill();
    const { marks, text } = await examineWith(
      [coturn.url, overTcp(coturn.url), coturn.tlsUrl],
      coturn.secret,
    );
    expect(marks.slice(-4), text).toEqual(['failed TURN', 'failed TURN', 'failed TURN', 'skipped relay']);
    expect(text).toContain('systemctl status coturn');
    expect(text).toContain('does the TURN server run');
  });
});
