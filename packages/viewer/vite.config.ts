import { defineConfig } from 'vite';

/** The pages in `dist/site`. One is also served at /watch/<stream>, so their files have absolute addresses. */
export default defineConfig({
  root: `${import.meta.dirname}/src`,
  base: '/',
  resolve: { conditions: ['source', 'browser', 'module', 'import', 'default'] },
  build: {
    outDir: `${import.meta.dirname}/dist/site`,
    emptyOutDir: true,
    target: 'es2022',
    // The server's Content-Security-Policy allows files of its own and nothing inline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: ['index.html', 'watch.html'].map((page) => `${import.meta.dirname}/src/${page}`),
    },
  },
});
