/** `perch` as a person runs it: the built program in a process of its own, in an empty folder. */
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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
  new PerchProcess(args, { folder, environment });

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
  it('says where it listens, that there is no TURN, and that anyone may publish and watch', async () => {
    const perch = run(['serve', '--port', '0', '--host', '127.0.0.1', '--log-level', 'error']);
    const [, port] = await perch.says(/open http:\/\/127\.0\.0\.1:(\d+)\//);
    await perch.says(/TURN: none/);
    await perch.says(/anyone who can reach this server may publish and watch/);
    const health = await fetch(`http://127.0.0.1:${port}/health`);
    expect(await health.json()).toMatchObject({ status: 'ok', broadcasters: 0, viewers: 0 });
    perch.signal('SIGTERM');
    expect(await perch.end()).toBe(0);
  });

  it('logs one JSON object a line where there is no terminal', async () => {
    const perch = run(['serve', '--port', '0', '--host', '127.0.0.1']);
    await perch.says(/anyone who can reach/);
    perch.signal('SIGINT');
    expect(await perch.end()).toBe(0);
    const lines = perch.stdout.trimEnd().split('\n');
    for (const line of lines) expect(JSON.parse(line)).toMatchObject({ msg: expect.any(String) });
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

describe('perch stream', () => {
  it('without a camera ends with 1 and one line that names --source', async () => {
    // No program can be found on this path, so neither can a camera's.
    const perch = run(['stream'], { PATH: folder });
    expect(await perch.end()).toBe(1);
    expect(perch.stderr).toMatch(/^perch stream: [^\n]*--source[^\n]*\n$/);
  });

  it('registers the stream that it is told to, at the server that it is told', async () => {
    const server = run(['serve', '--port', '0', '--host', '127.0.0.1']);
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
