import { defineConfig } from 'vitest/config';

/** Tests read the workspaces' TypeScript, not what was built from it; end-to-end tests run what was built. */
const resolve = { conditions: ['@perch/source'] };
const ssr = { resolve: { conditions: ['@perch/source'], externalConditions: ['@perch/source'] } };

const endToEnd = {
  globalSetup: ['e2e/global-setup.ts'],
  // No promise, but what hangs: on a machine that others use, too, a page that takes a second takes ten.
  testTimeout: 180_000,
  hookTimeout: 180_000,
  // As long as Playwright waits for a thing on a page. Vitest's own second is less than a server takes to notice what it
  // looks for once a second.
  expect: { poll: { timeout: 30_000 } },
};

export default defineConfig({
  test: {
    reporters: ['default'],
    projects: [
      {
        resolve,
        ssr,
        test: {
          name: 'unit',
          include: ['packages/*/test/**/*.test.ts'],
          // Real DTLS handshakes that lose a packet wait one second, then two, then four.
          testTimeout: 30_000,
          // What has ended is gone a moment later, and on a busy machine after more than Vitest's own second.
          expect: { poll: { timeout: 10_000 } },
          sequence: { groupOrder: 0 },
        },
      },
      {
        resolve,
        ssr,
        test: {
          ...endToEnd,
          name: 'e2e',
          include: ['e2e/*.test.ts'],
          // They wait most of the time, for pages and for what lasts; more at once would be late with everything.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        resolve,
        ssr,
        test: {
          ...endToEnd,
          name: 'alone',
          include: ['e2e/alone/*.test.ts'],
          // One at a time, and nothing beside it: how late and how large things are is what these tests are about.
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
