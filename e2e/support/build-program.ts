/** A TypeScript program of the tests as one JavaScript file, for a process of its own: Node 20 reads no TypeScript. */
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const FOLDER = fileURLToPath(new URL('../dist', import.meta.url));

/** `program` is its path below e2e. Resolves with the path of what was built. */
export async function buildProgram(program: string): Promise<string> {
  const entry = fileURLToPath(new URL(`../${program}`, import.meta.url));
  const name = `${basename(program, '.ts')}.js`;
  await build({
    configFile: false,
    logLevel: 'warn',
    build: {
      ssr: entry,
      outDir: FOLDER,
      emptyOutDir: false,
      rollupOptions: { output: { entryFileNames: name } },
    },
  });
  return join(FOLDER, name);
}
