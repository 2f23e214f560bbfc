/** `npm run bench [-- NAME ...] [--rounds 3 ...]`: measures side by side, and prints Markdown for bench/RESULTS.md. */
import { killAll } from '../e2e/support/perch-process.ts';
import { benchFanOut } from './fan-out.ts';
import { benchFirstFrame } from './first-frame.ts';
import { benchJoins } from './joins.ts';
import { benchLatency } from './latency.ts';
import { type BenchOptions, readArguments } from './options.ts';
import { benchSignaling } from './signaling.ts';
import { benchViewer } from './viewer.ts';

const BENCHES: Readonly<Record<string, (options: BenchOptions) => Promise<void>>> = {
  'fan-out': benchFanOut,
  latency: benchLatency,
  'first-frame': benchFirstFrame,
  joins: benchJoins,
  viewer: benchViewer,
  signaling: benchSignaling,
};

const { names, options } = understood(process.argv.slice(2));
for (const name of names.length > 0 ? names : Object.keys(BENCHES)) {
  try {
    await BENCHES[name]?.(options);
  } finally {
    await killAll();
  }
}
process.exit();

/** Ends the process with a line and 2 where something is not known. */
function understood(args: readonly string[]): ReturnType<typeof readArguments> {
  try {
    const read = readArguments(args);
    const unknown = read.names.find((name) => !Object.hasOwn(BENCHES, name));
    if (unknown === undefined) return read;
    console.error(`npm run bench: ${unknown} is not one of ${Object.keys(BENCHES).join(', ')}`);
  } catch (error) {
    console.error(`npm run bench: ${error instanceof Error ? error.message : error}`);
  }
  return process.exit(2);
}
