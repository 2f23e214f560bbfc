import { defineConfig, type Plugin } from 'vite';
import { headStart } from './head-start.ts';
import { pageParts } from './page-parts.ts';
import { shellList } from './shell-list.ts';

/** What the manifest names is copied, under names that stay. */
const COPIED = [
  '/manifest.webmanifest',
  ...['perch.svg', 'perch-180.png', 'perch-192.png', 'perch-512.png', 'perch-maskable-512.png'].map(
    (icon) => `/icons/${icon}`,
  ),
];

/** Shared too, by what the watch page does without before its picture. */
const LATER =
  /node_modules\/(?:qr|uplot)\/|\/domain\/cameras\/|\/(?:camera-store|stored-list)|\/(?:pages|text)\/home|\.css$/u;

/**
 * Vite wraps each `import()` into a helper of a kilobyte, which preloads what the file imports. Ours need nothing that is
 * not loaded by then.
 */
const plainImports: Plugin = {
  name: 'perch-plain-imports',
  enforce: 'pre',
  load: (id) =>
    id === '\0vite/preload-helper.js' ? 'export const __vitePreload = (load) => load();' : undefined,
};

/** The pages in `dist/site`. One is also served at /watch/<stream>, so their files have absolute addresses. */
export default defineConfig({
  root: `${import.meta.dirname}/src`,
  base: '/',
  resolve: { conditions: ['@perch/source', 'browser', 'module', 'import', 'default'] },
  plugins: [
    plainImports,
    pageParts(`${import.meta.dirname}/src/pages/parts`),
    headStart(`${import.meta.dirname}/src/pages/watch/head-start.ts`),
    shellList(COPIED, `${import.meta.dirname}/src/public`),
  ],
  build: {
    outDir: `${import.meta.dirname}/dist/site`,
    emptyOutDir: true,
    target: 'es2022',
    // The server's Content-Security-Policy allows files of its own and nothing inline.
    assetsInlineLimit: 0,
    modulePreload: {
      polyfill: false,
      resolveDependencies: (_file, dependencies, { hostType }) => (hostType === 'html' ? dependencies : []),
    },
    rolldownOptions: {
      input: ['index.html', 'watch.html', 'check.html', 'service-worker.ts'].map(
        (entry) => `${import.meta.dirname}/src/${entry}`,
      ),
      output: {
        // Its address stays: it is how a browser asks for a newer one.
        entryFileNames: ({ name }) => (name === 'service-worker' ? 'sw.js' : 'assets/[name]-[hash].js'),
        // What pages share is one file: each request costs a phone more than the little that it does not need.
        advancedChunks: {
          groups: [
            { name: 'perch', minShareCount: 2, test: (id) => !LATER.test(id) },
            { name: 'cameras', minShareCount: 2, test: /\/camera-(?:list|store)\.ts$/u },
          ],
        },
      },
    },
  },
});
