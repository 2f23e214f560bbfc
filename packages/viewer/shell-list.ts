import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Plugin, Rolldown } from 'vite';

/** Who is no part of the shell: the service worker itself. */
const WORKER = 'sw.js';

/**
 * Writes into the service worker which files make the shell, and a hash of them: with any change it is another worker,
 * which browsers notice. `copied` are files that the build takes over as they are, by URL path.
 */
export function shellList(copied: readonly string[], publicDirectory: string) {
  return {
    name: 'perch-shell-list',
    enforce: 'post' as const,
    generateBundle(_: unknown, bundle: Rolldown.OutputBundle): void {
      const worker = bundle[WORKER];
      if (worker?.type !== 'chunk') return;
      const hash = createHash('sha256');
      const paths = [...copied];
      for (const path of copied) hash.update(readFileSync(`${publicDirectory}${path}`));
      for (const [name, file] of Object.entries(bundle)) {
        if (name === WORKER || name.endsWith('.map')) continue;
        hash.update(file.type === 'chunk' ? file.code : file.source);
        paths.push(name === 'index.html' ? '/' : `/${name}`);
      }
      const version = hash.update(worker.code).digest('base64url').slice(0, 16);
      const shell = JSON.stringify(paths.sort());
      worker.code = `const SHELL=${shell},SHELL_HASH=${JSON.stringify(version)};\n${worker.code}`;
    },
  } satisfies Plugin;
}
