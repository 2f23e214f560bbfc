import { defineConfig } from 'vitest/config';

/** Tests read the workspaces' TypeScript, not what was built from it; end-to-end tests run what was built. */
const resolve = { conditions: ['source'] };
const ssr = { resolve: { conditions: ['source'], externalConditions: ['source'] } };

export default defineConfig({
  test: {
    reporters: ['default'],
    projects: [
      {
        resolve,
        ssr,
        test: { name: 'unit', include: ['packages/*/test/**/*.test.ts'], exclude: ['**/*.browser.test.ts'] },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'e2e',
          include: ['e2e/**/*.test.ts'],
          globalSetup: ['e2e/global-setup.ts'],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
