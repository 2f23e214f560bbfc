/** `perch` as a person runs it: the built program in a process of its own, in an empty folder. */
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { killAll, PerchProcess } from './support/perch-process.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'perch-cli-'));
});

afterEach(async () => {
  await killAll();
  rmSync(folder, { recursive: true });
});

const run = (args: readonly string[], environment: Readonly<Record<string, string>> = {}): PerchProcess =>
  new PerchProcess(args, {
    folder,
    environment: { PERCH_STATE_DIR: join(folder, 'state'), ...environment },
  });

describe('perch', () => {
  it('shows with --print-config who decided what, keeps the secret, and ends with 0', async () => {
    writeFileSync(join(folder, '.env'), 'export PORT="9001"\nHOST=::\nCLOUDFLARE_TURN_TOKEN=hush-hush\n');
    chmodSync(join(folder, '.env'), 0o600);
    const perch = run(['serve', '--print-config', '--log-level', 'debug'], { HOST: '127.0.0.1' });
    expect(await perch.end()).toBe(0);
    expect(perch.stdout).toMatch(/^port +9001 +\.env PORT$/m);
    expect(perch.stdout).toMatch(/^host +127\.0\.0\.1 +environment HOST$/m);
    expect(perch.stdout).toMatch(/^log-level +debug +flag --log-level$/m);
    expect(perch.stdout + perch.stderr).not.toContain('hush-hush');
    expect(perch.stderr).toBe('');
  });

  it('warns when others can read the secrets in .env', async () => {
    writeFileSync(join(folder, '.env'), 'CLOUDFLARE_TURN_TOKEN=hush-hush\n');
    chmodSync(join(folder, '.env'), 0o644);
    const perch = run(['serve', '--print-config']);
    expect(await perch.end()).toBe(0);
    expect(perch.stderr).toBe(
      'perch serve: warning: .env holds CLOUDFLARE_TURN_TOKEN and other users can read it; run: chmod 600 .env\n',
    );
  });

  it.each([
    [['serve', '--prot', '1'], "perch serve: unknown option '--prot'; did you mean --port?"],
    [['watch'], "perch: unknown command 'watch'"],
    [['stream', '--fps', 'abc'], "perch stream: --fps is 'abc': it must be a whole number from 1 to 120"],
  ])('%j ends with 2 and one line', async (args, line) => {
    const perch = run(args);
    expect(await perch.end()).toBe(2);
    expect(perch.stderr).toMatch(/^[^\n]+ \(see "perch[a-z ]* --help"\)\n$/);
    expect(perch.stderr).toContain(line);
    expect(perch.stdout).toBe('');
  });

  it('ends with 0 and nothing on stderr after --help and --version', async () => {
    for (const args of [['--help'], ['serve', '--help'], ['--version']]) {
      const perch = run(args);
      expect(await perch.end()).toBe(0);
      expect(perch.stderr).toBe('');
    }
  });
});

describe.each(['serve', 'demo'])('perch %s on a port in use', (command) => {
  it('ends with 1 and one line that names PORT', async () => {
    const holder = createServer().listen(0, '0.0.0.0');
    await once(holder, 'listening');
    const { port } = holder.address() as { port: number };
    const perch = run([command], { PORT: String(port) });
    expect(await perch.end()).toBe(1);
    expect(perch.stderr).toBe(
      `perch ${command}: port ${port} is in use; choose another with --port or PORT (or stop what uses it)\n`,
    );
    holder.close();
  });
});

describe('perch serve', () => {
  it('says where it listens, that there is no TURN, and that nobody gets in without a token', async () => {
    const perch = run(['serve', '--port', '0', '--host', '127.0.0.1', '--log-level', 'error']);
    const [, port] = await perch.says(/open http:\/\/127\.0\.0\.1:(\d+)\//);
    await perch.says(/TURN: none/);
    await perch.says(/closed: only who has a token may publish or watch/);
    await perch.says(/first start: run .*perch token --publish/);
    const health = await fetch(`http://127.0.0.1:${port}/health`);
    expect(await health.json()).toMatchObject({ status: 'ok', broadcasters: 0, viewers: 0 });
    perch.signal('SIGTERM');
    expect(await perch.end()).toBe(0);
  });

  it('logs one JSON object a line where there is no terminal', async () => {
    const perch = run(['serve', '--port', '0', '--host', '127.0.0.1']);
    await perch.says(/first start/);
    perch.signal('SIGINT');
    expect(await perch.end()).toBe(0);
    const lines = perch.stdout.trimEnd().split('\n');
    for (const line of lines) expect(JSON.parse(line)).toMatchObject({ msg: expect.any(String) });
  });

  it('with --open says loudly that anyone may publish and watch', async () => {
    const perch = run(['serve', '--port', '0', '--host', '127.0.0.1', '--open']);
    await perch.says(/TURN: none/);
    perch.signal('SIGTERM');
    expect(await perch.end()).toBe(0);
    expect(perch.stderr).toContain('warning: --open: anyone who can reach this server may publish and watch');
  });

  it.each([
    ['--open', 0],
    ['--log-level=info', 2],
  ])('with a state folder that others can read, and %s, ends with %j', async (flag, code) => {
    mkdirSync(join(folder, 'state'));
    chmodSync(join(folder, 'state'), 0o755);
    const perch = run(['serve', '--port', '0', '--host', '127.0.0.1', flag]);
    if (code === 0) {
      await perch.says(/TURN: none/);
      perch.signal('SIGTERM');
    }
    expect(await perch.end()).toBe(code);
    if (code !== 0) expect(perch.stderr).toContain(`chmod 700 ${join(folder, 'state')}`);
    expect(readdirSync(join(folder, 'state'))).toEqual([]);
  });

  it('goes on with STUN only, and says so, when a TURN value is still the placeholder', async () => {
    const perch = run(['serve', '--port', '0', '--host', '127.0.0.1'], {
      CLOUDFLARE_TURN_ID: 'your_turn_key_id_here',
      CLOUDFLARE_TURN_TOKEN: 'your_api_token_here',
    });
    await perch.says(/TURN: none/);
    perch.signal('SIGINT');
    expect(await perch.end()).toBe(0);
    expect(perch.stderr).toMatch(/^perch serve: warning: .*placeholder.*STUN only\n$/);
  });
});

describe('perch token', () => {
  const token = async (...args: string[]) => {
    const perch = run(['token', ...args]);
    return { code: await perch.end(), out: perch.stdout, err: perch.stderr };
  };

  it('makes a link that leads to where the server last ran, shows it again, and revokes it', async () => {
    const server = run(['serve', '--port', '0', '--host', '127.0.0.1']);
    const [, port] = await server.says(/open http:\/\/127\.0\.0\.1:(\d+)\//);
    await server.says(/first start/);
    server.signal('SIGTERM');
    await server.end();

    const made = await token('--view', 'garden', '--name', 'Grandma', '--expires', '24h');
    expect(made).toMatchObject({ code: 0 });
    const link = new RegExp(
      `^  (http://127\\.0\\.0\\.1:${port}/watch/garden#token=[\\w-]+\\.[\\w-]+\\.[\\w-]+)$`,
      'm',
    );
    const [, printed = 'no link'] = link.exec(made.out) ?? [];
    expect((await token('--show', 'Grandma')).out).toContain(printed);
    expect((await token('--list')).out).toMatch(/^Grandma +view +garden +\d{4}-/m);
    expect(await token('--revoke', 'Grandma')).toMatchObject({ code: 0, err: '' });
    expect((await token('--list')).out).toMatch(/^Grandma +view +garden +\d{4}-.*\d{4}-/m);
    expect(await token('--show', 'Grandma')).toMatchObject({ code: 1 });
  });

  it('gives a name to one of several processes that want it at once', async () => {
    const made = await Promise.all([1, 2, 3].map(() => token('--view', 'garden', '--name', 'Grandma')));
    expect(made.map(({ code }) => code).sort()).toEqual([0, 1, 1]);
    expect((await token('--list')).out.match(/Grandma/g)).toHaveLength(1);
  });

  it('uses the public URL, with wss where that is https', async () => {
    const { out, err } = await token('--publish', 'garden', '--public-url', 'https://cam.example.org');
    expect(out).toMatch(
      /^ {2}PERCH_TOKEN=[\w.-]+ perch stream --signaling-url wss:\/\/cam\.example\.org --stream-id garden$/m,
    );
    expect(err).toBe('');
  });

  it.each([
    [[], 'say what to do'],
    [['--list', '--view', 'x'], 'only one of'],
    [['--list', '--name', 'x'], '--name and --expires go with'],
    [['--view', 'x', '--expires', 'soon'], '--expires is'],
    [['--publish', 'x', '--share'], '--share goes with --view'],
  ])('%j is wrong usage', async (args, message) => {
    const { code, err } = await token(...args);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });
});

describe('perch stream', () => {
  it('without a camera ends with 1 and one line that names --source', async () => {
    // No program can be found on this path, so neither can a camera's.
    const perch = run(['stream'], { PATH: folder });
    expect(await perch.end()).toBe(1);
    expect(perch.stderr).toMatch(/^perch stream: [^\n]*--source[^\n]*\n$/);
  });

  it('registers the stream that it is told to, at the server that it is told', async () => {
    const server = run(['serve', '--port', '0', '--host', '127.0.0.1', '--open']);
    const [, port] = await server.says(/open http:\/\/127\.0\.0\.1:(\d+)\//);
    const stream = run(['stream', '--source', 'test', '--width', '320', '--height', '240'], {
      SIGNALING_SERVER: `http://127.0.0.1:${port}`,
      STREAM_ID: 'garden',
    });
    await stream.says(/registered with the server/);
    const health = await fetch(`http://127.0.0.1:${port}/health`);
    expect(await health.json()).toMatchObject({ broadcasters: 1 });
    stream.signal('SIGTERM');
    expect(await stream.end()).toBe(0);
    server.signal('SIGTERM');
    expect(await server.end()).toBe(0);
  });
});

describe('perch demo', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'shows the address of its page and ends with 0 within a second of %s',
    async (signal) => {
      const perch = run(['demo', '--port', '0', '--host', '127.0.0.1']);
      const [, page = ''] = await perch.says(/(http:\/\/127\.0\.0\.1:\d+\/watch\/pi-camera-stream)/);
      expect((await fetch(page)).status).toBe(200);
      const asked = performance.now();
      perch.signal(signal);
      expect(await perch.end()).toBe(0);
      expect(performance.now() - asked).toBeLessThan(1000);
      expect(perch.stderr).toBe('');
      await expect(fetch(page)).rejects.toThrow();
    },
  );

  it('has no QR code and no colours where there is no terminal', async () => {
    const perch = run(['demo', '--port', '0']);
    await perch.says(/╯/);
    perch.signal('SIGINT');
    expect(await perch.end()).toBe(0);
    for (const mark of ['█', '▀', '▄', '\u001b']) expect(perch.stdout).not.toContain(mark);
  });
});
