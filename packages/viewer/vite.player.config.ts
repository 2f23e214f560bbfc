import { defineConfig } from 'vite';

/**
 * `dist/site/perch-player.js`: `<perch-player>` as one ES module for pages that are not ours. Its name stays, and what the
 * pages load later is in it from the start. Built after the pages, whose build empties the folder.
 */
export default defineConfig({
  root: `${import.meta.dirname}/src`,
  resolve: { conditions: ['@perch/source', 'browser', 'module', 'import', 'default'] },
  publicDir: false,
  build: {
    outDir: `${import.meta.dirname}/dist/site`,
    emptyOutDir: false,
    target: 'es2022',
    // A file beside it would have to be fetched from a page that does not have it.
    assetsInlineLimit: Number.MAX_SAFE_INTEGER,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: `${import.meta.dirname}/src/player/define.ts`,
      preserveEntrySignatures: 'strict',
      output: { codeSplitting: false, entryFileNames: 'perch-player.js' },
    },
  },
});
