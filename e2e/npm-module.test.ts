/** `@perch/viewer` as who installs it has it: packed, without our sources, used by a page of three lines. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { useBrowser } from './support/use-browser.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const PACKAGES = ['protocol', 'viewer'];

const PAGE = `import '@perch/viewer/define';
import { describeStatus, type PerchPlayer, textFor } from '@perch/viewer';
const player: PerchPlayer = document.querySelector('perch-player') ?? document.createElement('perch-player');
player.addEventListener('error', () => (document.title = describeStatus(player.status, textFor(['en']))));
`;

const open = useBrowser();

/** A project that has installed both packages. */
let project: string;

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'perch-consumer-'));
  const workspaces = PACKAGES.flatMap((name) => ['-w', `@perch/${name}`]);
  execFileSync('npm', ['pack', '--ignore-scripts', '--pack-destination', project, ...workspaces], {
    cwd: ROOT,
    stdio: 'pipe',
  });
  for (const name of PACKAGES) install(name);
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(project, 'main.ts'), PAGE);
});

/** As npm would, but with the dependencies that are here already. */
function install(name: string): void {
  const folder = join(project, 'node_modules/@perch', name);
  const { version } = manifestOf(join(ROOT, 'packages', name));
  mkdirSync(folder, { recursive: true });
  const file = join(project, `perch-${name}-${version}.tgz`);
  execFileSync('tar', ['-xzf', file, '-C', folder, '--strip-components', '1']);
  for (const dependency of Object.keys(manifestOf(folder).dependencies)) {
    if (dependency.startsWith('@perch/')) continue;
    const link = join(project, 'node_modules', dependency);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', dependency), link);
  }
}

function manifestOf(folder: string): { version: string; dependencies: Record<string, string> } {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

/** What the compiler has to say about the page; nothing where all is well. */
function compile(options: object): string {
  const compilerOptions = { strict: true, noEmit: true, lib: ['ES2022', 'DOM', 'DOM.Iterable'], types: [] };
  const config = { compilerOptions: { ...compilerOptions, ...options }, files: ['main.ts'] };
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify(config));
  try {
    execFileSync(join(ROOT, 'node_modules/.bin/tsc'), ['-p', project], { stdio: 'pipe', encoding: 'utf8' });
    return '';
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}

test.each([
  ['a bundler', { module: 'ESNext', moduleResolution: 'bundler' }],
  ['Node', { module: 'NodeNext', moduleResolution: 'NodeNext' }],
])('has types where modules are found as by %s', (_, options) => {
  expect(compile(options)).toBe('');
});

test('is found where the condition "source" stands for somebody’s own sources: ours are not in it', () => {
  const script = `for (const name of ['viewer', 'viewer/define', 'protocol'])
    console.log(import.meta.resolve('@perch/' + name))`;
  const found = execFileSync(
    process.execPath,
    ['--conditions', 'source', '--input-type', 'module', '-e', script],
    { cwd: project, encoding: 'utf8' },
  );
  const addresses = found.trim().split('\n');
  expect(addresses.filter((address) => !existsSync(new URL(address)))).toEqual([]);
});

test('is built into a page by Vite, and plays there', async () => {
  const { build } = await import('vite');
  const built = await build({
    configFile: false,
    logLevel: 'warn',
    root: project,
    build: {
      write: false,
      rolldownOptions: { input: join(project, 'main.ts'), output: { codeSplitting: false } },
    },
  });
  if (!('output' in built)) throw new Error('Vite gave no files');
  const { page } = await open('about:blank');
  await page.setContent('<perch-player src="nonsense" autoplay></perch-player>');
  await page.addScriptTag({ type: 'module', content: built.output[0].code });
  await page.locator('perch-player[state="refused"]').waitFor();
  expect(await page.title()).toMatch(/link/);
});
