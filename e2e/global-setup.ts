/** Before the end-to-end tests: Perch is built, and there is a Chromium. */
import { existsSync } from 'node:fs';
import type { TestProject } from 'vitest/node';
import { provideChromium } from './support/chromium.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Path of the browser. */
    chromium: string;
  }
}

export async function setup(project: TestProject): Promise<void> {
  for (const built of ['../packages/cli/dist/main.js', '../packages/viewer/dist/site/index.html']) {
    if (!existsSync(new URL(built, import.meta.url)))
      throw new Error('Perch is not built; type: npm run build');
  }
  project.provide('chromium', await provideChromium());
}
