/** How much JavaScript the watch page loads before it does anything, as it is built. */
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';

const SITE = new URL('../packages/viewer/dist/site/', import.meta.url);

const MAX_KB = 45;

const text = (path: string): string => readFileSync(new URL(`.${path}`, SITE), 'utf8');

/** The scripts of a page, and what they import at once; not what they `import()` later. */
function scriptsOf(page: string): ReadonlySet<string> {
  const found = new Set<string>();
  const add = (path: string): void => {
    if (found.has(path)) return;
    found.add(path);
    for (const [, imported = ''] of text(path).matchAll(/\b(?:from|import)\s*["'`]([./][^"'`]+)["'`]/g)) {
      add(new URL(imported, `http://site${path}`).pathname);
    }
  };
  for (const [, path = ''] of text(page).matchAll(/<script[^>]* src="([^"]+)"/g)) add(path);
  return found;
}

test(`the watch page's first JavaScript is at most ${MAX_KB} KB, compressed`, () => {
  const scripts = [...scriptsOf('/watch.html')];
  // The page itself too: its first lines are a script.
  const bytes = ['/watch.html', ...scripts]
    .map((path) => gzipSync(text(path)).length)
    .reduce((sum, size) => sum + size, 0);
  console.log(`watch page: ${scripts.length} scripts, ${(bytes / 1000).toFixed(1)} KB`);
  // The player alone has more than this: less would mean that it was not found.
  expect(bytes).toBeGreaterThan(15_000);
  expect(bytes).toBeLessThanOrEqual(MAX_KB * 1000);
});
