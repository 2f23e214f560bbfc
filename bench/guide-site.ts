/**
 * The guide's page (e2e/fixtures) with the field and the button that such pages have, in a temporary folder: the page
 * in the fixtures starts by itself, and a click is measured on a page that is loaded and idle. Nothing else differs.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Seen from bench/dist/bench, where this file runs. Starts by itself. */
export const GUIDE_SITE = new URL('../../../e2e/fixtures/guide-site/', import.meta.url);

const CONTROLS = '<input id="streamId" /><button id="connectBtn">Connect</button>';

export interface Site {
  readonly url: URL;
  remove(): void;
}

export function makeClickedGuideSite(): Site {
  const folder = mkdtempSync(join(tmpdir(), 'perch-bench-site-'));
  cpSync(GUIDE_SITE, folder, { recursive: true });
  replace(join(folder, 'index.html'), '<p id="status"', `${CONTROLS}<p id="status"`);
  const script = join(folder, 'assets', 'guide-page.js');
  replace(script, '\nmain();\n', "\ndocument.getElementById('connectBtn').onclick = main;\n");
  return {
    url: pathToFileURL(`${folder}/`),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Throws where the page is no longer what this file knows. */
function replace(path: string, old: string, by: string): void {
  const text = readFileSync(path, 'utf8');
  if (text.split(old).length !== 2) throw new Error(`${path} does not have ${JSON.stringify(old)} once`);
  writeFileSync(path, text.replace(old, by));
}
