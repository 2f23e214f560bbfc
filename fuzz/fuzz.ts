/**
 * `npm run fuzz -- [--seconds 60] [--seed N] [--jobs N] [NAME ...]`: feeds each decoder for so long, as many at a time as
 * there are processors. Ends with 1 when one broke; what broke it is in fuzz/failures then.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Decoder } from './decoder.ts';
import { DECODERS } from './decoders/all.ts';
import { type Finding, fuzzDecoder } from './fuzz-decoder.ts';

const FAILURES = fileURLToPath(new URL('../../failures/', import.meta.url));
const PROGRESS_MS = 1_000;
const INPUTS_TO_GROWTH_CHECK = 20_000;

const USAGE = `npm run fuzz -- [--seconds 60] [--seed N] [--jobs N] [NAME ...]
decoders: ${DECODERS.map(({ name }) => name).join(', ')}; all unless named`;

interface Options {
  readonly seconds: number;
  readonly seed: number;
  readonly jobs: number;
  readonly decoders: readonly Decoder[];
}

function readOptions(args: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      seconds: { type: 'string', default: '60' },
      seed: { type: 'string' },
      jobs: { type: 'string', default: String(availableParallelism()) },
    },
  });
  const seconds = Number(values.seconds);
  if (!(seconds > 0)) throw new Error(`--seconds ${values.seconds} is not a number of seconds`);
  const seed = Number(values.seed ?? Date.now() % 2 ** 32);
  if (!Number.isInteger(seed)) throw new Error(`--seed ${values.seed} is not a whole number`);
  const jobs = Number(values.jobs);
  if (!Number.isInteger(jobs) || jobs < 1)
    throw new Error(`--jobs ${values.jobs} is not a number of processes`);
  const unknown = positionals.find((name) => !DECODERS.some((decoder) => decoder.name === name));
  if (unknown !== undefined) throw new Error(`there is no decoder ${unknown}`);
  const decoders = DECODERS.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  return { seconds, seed, jobs: Math.min(jobs, decoders.length), decoders };
}

function readOptionsOrExit(): Options {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`npm run fuzz: ${error instanceof Error ? error.message : error}\n${USAGE}`);
    process.exit(2);
  }
}

/** Returns whether it held. */
function fuzz(decoder: Decoder, { seconds, seed }: Options): boolean {
  const startMs = performance.now();
  let shownMs = startMs;
  const goesOn = (inputs: number) => {
    if (inputs % 64 !== 0) return true;
    const nowMs = performance.now();
    if (process.stdout.isTTY && nowMs - shownMs >= PROGRESS_MS) {
      shownMs = nowMs;
      process.stdout.write(`\r${decoder.name}: ${inputs} inputs, ${((nowMs - startMs) / 1000).toFixed(0)} s`);
    }
    return nowMs - startMs < seconds * 1000;
  };
  const outcome = fuzzDecoder(decoder, { seed, goesOn, inputsToGrowthCheck: INPUTS_TO_GROWTH_CHECK });
  if (process.stdout.isTTY) process.stdout.write('\r');
  const took = ((performance.now() - startMs) / 1000).toFixed(1);
  const verdict = outcome.finding === undefined ? 'holds' : `BROKE: ${outcome.finding.error}`;
  console.log(`${decoder.name}: ${outcome.inputs} inputs in ${took} s, ${outcome.ways} ways, ${verdict}`);
  if (outcome.finding !== undefined) console.log(`  ${keep(decoder.name, seed, outcome.finding)}`);
  return outcome.finding === undefined;
}

function keep(name: string, seed: number, { input, error }: Finding): string {
  mkdirSync(FAILURES, { recursive: true });
  const path = `${FAILURES}${name}-${seed}.json`;
  const kept = typeof input === 'string' ? { text: input } : { hex: Buffer.from(input).toString('hex') };
  const stack = error instanceof Error ? error.stack : String(error);
  writeFileSync(path, `${JSON.stringify({ name, seed, ...kept, error: stack }, null, 2)}\n`);
  return path;
}

/** Every `jobs`th decoder in a process of its own, which is this program again. Returns whether all held. */
async function fuzzInProcesses({ seconds, seed, jobs, decoders }: Options): Promise<boolean> {
  const ends = Array.from({ length: jobs }, async (_, job) => {
    const names = decoders.filter((__, n) => n % jobs === job).map(({ name }) => name);
    const flags = ['--seconds', String(seconds), '--seed', String(seed), '--jobs', '1'];
    const [code] = await once(fork(fileURLToPath(import.meta.url), [...flags, ...names]), 'exit');
    return code === 0;
  });
  return (await Promise.all(ends)).every(Boolean);
}

const options = readOptionsOrExit();
if (options.jobs > 1) {
  const { seed, seconds, jobs, decoders } = options;
  console.log(`seed ${seed}, ${seconds} s for each of ${decoders.length} decoders, ${jobs} at a time`);
  process.exitCode = (await fuzzInProcesses(options)) ? 0 : 1;
} else {
  const held = options.decoders.map((decoder) => fuzz(decoder, options));
  process.exitCode = held.every(Boolean) ? 0 : 1;
}
