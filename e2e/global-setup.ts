/**
 * Before the end-to-end tests: Perch is built, and there is a Chromium, and what else some of them need where it can be
 * installed. Here and not there, because two at once can't install anything. After them, what they left in the folder for
 * temporary files is gone: a worker is ended before it could tidy up.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { provideLabPrograms } from './lab/lab-programs.ts';
import { provideChromium } from './support/chromium.ts';
import { provideCoturn } from './support/coturn.ts';
import { provideFfprobe } from './support/media-file.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Path of the browser. */
    chromium: string;
  }
}

/** Returns what undoes it. */
export async function setup(project: TestProject): Promise<() => void> {
  for (const built of ['../packages/cli/dist/main.js', '../packages/viewer/dist/site/index.html']) {
    if (!existsSync(new URL(built, import.meta.url)))
      throw new Error('Perch is not built; type: npm run build');
  }
  project.provide('chromium', await provideChromium());
  // Where one can't be had, the tests that need it say so and are skipped.
  for (const provide of [provideFfprobe, provideCoturn, provideLabPrograms]) provide();
  const folder = mkdtempSync(join(tmpdir(), 'perch-e2e-'));
  process.env['TMPDIR'] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
