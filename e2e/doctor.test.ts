/** `perch doctor` against real servers: `perch serve`, open and closed, and a real coturn. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
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

async function examine(
  server: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<Examined> {
  const doctor = perch(['doctor', '--server', server, '--stream-id', STREAM], environment);
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
    const withLink = await examine(`${server}/watch/${STREAM}#token=${view}`);
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

/** Over UDP and TCP. */
const urlsOf = ({ url }: Coturn): string => [url, url.replace('=udp', '=tcp')].join();

describe.skipIf(missing !== undefined)('perch doctor with coturn', () => {
  test('sends something through the relay', async () => {
    const coturn = await startCoturn();
    const settings = { TURN_SECRET: coturn.secret, TURN_URLS: urlsOf(coturn) };
    const { code, marks } = await examine(await serve(['--open'], settings));
    expect(marks.slice(-5)).toEqual(['ok TURN mint', 'ok UDP', 'ok TURN', 'ok TURN', 'ok relay']);
    expect(code).toBe(0);
  });

  test('tells another secret from a TURN server that does not run', async () => {
    const coturn = await startCoturn();
    const settings = { TURN_SECRET: 'another-secret', TURN_URLS: urlsOf(coturn) };
    const server = await serve(['--open'], settings);
    const wrong = await examine(server);
    expect(wrong.code).toBe(1);
    expect(wrong.marks.slice(-3)).toEqual(['failed TURN', 'ok TURN', 'skipped relay']);
    expect(wrong.text).toContain('static-auth-secret');

    await coturn.kill();
    const down = await examine(server);
    expect(down.marks.slice(-3)).toEqual(['failed TURN', 'failed TURN', 'skipped relay']);
    expect(down.text).toContain('systemctl status coturn');
  });
});
