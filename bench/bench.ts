/** `npm run bench [-- NAME ...]`: measures side by side and prints Markdown tables; bench/RESULTS.md holds some. */
import { cpus } from 'node:os';
import { benchViewer } from './viewer.ts';

const BENCHES: Readonly<Record<string, () => Promise<void>>> = { viewer: benchViewer };

const asked = process.argv.slice(2);
const unknown = asked.find((name) => !Object.hasOwn(BENCHES, name));
if (unknown !== undefined) {
  console.error(`npm run bench: ${unknown} is not one of ${Object.keys(BENCHES).join(', ')}`);
  process.exit(2);
}
console.log(`Node ${process.version}, ${process.arch}, ${cpus().length} cores (${cpus()[0]?.model.trim()})`);
for (const name of asked.length > 0 ? asked : Object.keys(BENCHES)) await BENCHES[name]?.();
