import type { Rolldown } from 'vite';
import { expect, test } from 'vitest';
import { shellList } from '../shell-list.ts';

/** What the build writes before the service worker's own code, from files by name. */
function written(files: Readonly<Record<string, string>>): { shell: readonly string[]; hash: string } {
  const entries = Object.entries(files).map(([name, source]) => [name, { type: 'asset', source }]);
  const worker = { type: 'chunk', code: 'run();' };
  const bundle = Object.fromEntries([...entries, ['sw.js', worker]]) as unknown as Rolldown.OutputBundle;
  shellList([], '/nowhere').generateBundle({}, bundle);
  const [, shell = '', hash = ''] =
    /^const SHELL=(\[.*\]),SHELL_HASH="(.+)";\nrun\(\);$/.exec(worker.code) ?? [];
  return { shell: JSON.parse(shell) as string[], hash };
}

test('the shell is every file but the worker, the first page by its address', () => {
  const { shell } = written({ 'index.html': 'a', 'watch.html': 'b', 'assets/x-1.js': 'c' });
  expect(shell).toEqual(['/', '/assets/x-1.js', '/watch.html']);
});

test('another content of any file makes another worker, which is how a browser notices', () => {
  const before = written({ 'index.html': 'a', 'watch.html': 'b' });
  expect(written({ 'index.html': 'a', 'watch.html': 'b' })).toEqual(before);
  expect(written({ 'index.html': 'a', 'watch.html': 'c' }).hash).not.toBe(before.hash);
});
