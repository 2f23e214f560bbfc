/** The linter holds the arrows of docs/ARCHITECTURE.md: imports against them are planted, and must be found. */
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

const FORBIDDEN = [
  ['protocol/src', '@perch/rtp'],
  ['protocol/src', 'node:fs'],
  ['rtp/src', '@perch/protocol'],
  ['server/src/adapters', '@perch/streamer'],
  ['server/src/domain', '../adapters/http-app.ts'],
  ['server/src/domain', 'ws'],
  ['streamer/src', '@perch/server'],
  ['streamer/src/domain', 'node-datachannel'],
  ['streamer/src/domain', 'node:fs'],
  ['viewer/src', '@perch/rtp'],
  ['viewer/src/domain', '../adapters/screen.ts'],
] as const;

const ALLOWED = [
  ['server/src/domain', '@perch/protocol'],
  ['streamer/src/domain', '@perch/rtp'],
] as const;

const planted = [...FORBIDDEN, ...ALLOWED].map(([folder, specifier], index) => ({
  file: join('packages', folder, `planted-import-${index}.ts`),
  specifier,
}));

const nameOf = (specifier: string, folder: string): string =>
  planted.find(
    (plant) => plant.specifier === specifier && plant.file.startsWith(join('packages', folder, '/')),
  )?.file ?? '';

let complaints = '';

beforeAll(() => {
  for (const { file, specifier } of planted) {
    writeFileSync(join(ROOT, file), `import { thing } from '${specifier}';\n\nexport const use = thing;\n`);
  }
  const files = planted.map(({ file }) => file);
  const run = spawnSync('npx', ['biome', 'lint', '--colors=off', '--max-diagnostics=none', ...files], {
    cwd: ROOT,
  });
  complaints = String(run.stderr);
});

afterAll(() => {
  for (const { file } of planted) rmSync(join(ROOT, file), { force: true });
});

describe('imports', () => {
  test.each(FORBIDDEN)('%s may not import %s', (folder, specifier) => {
    expect(complaints).toMatch(
      new RegExp(`^${nameOf(specifier, folder)}:\\S+ lint/style/noRestrictedImports`, 'm'),
    );
  });

  test.each(ALLOWED)('%s may import %s', (folder, specifier) => {
    expect(complaints).not.toContain(nameOf(specifier, folder));
  });
});
