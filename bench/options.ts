/** What can be asked of `npm run bench`: names of benchmarks, and how long or how often. */
import { parseArgs } from 'node:util';

export interface BenchOptions {
  /** fan-out: numbers of viewers; as many as a small camera has, and more. */
  readonly viewers: readonly number[];
  /** fan-out, latency, signaling: how long one measurement is. */
  readonly seconds: number;
  /** fan-out, latency, signaling: how often each sender or server has its turn. */
  readonly rounds: number;
  /** first-frame: page loads of each kind. */
  readonly loads: number;
  /** first-frame: the browser hides its addresses behind names, as it does unless it is told otherwise. */
  readonly hidesAddresses: boolean;
  readonly joins: number;
  /** viewer: how long pictures' ages are read. */
  readonly minutes: number;
  /** signaling: how many watch; the first number's cost of a join is what the others' is compared with. */
  readonly crowd: readonly number[];
}

const DEFAULTS = {
  viewers: '1,10,40',
  seconds: '15',
  rounds: '3',
  loads: '100',
  addresses: 'shown',
  joins: '1000',
  minutes: '0.2',
  crowd: '1000,19500',
};
const KNOWN = Object.fromEntries(
  Object.entries(DEFAULTS).map(([name, fallback]) => [name, { type: 'string', default: fallback } as const]),
);

/** The flags as they were given, without the benchmarks' names. */
export function givenFlags(args: readonly string[]): string[] {
  const { tokens } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: KNOWN,
    tokens: true,
  });
  return tokens.flatMap((token) => (token.kind === 'option' ? [`${token.rawName} ${token.value}`] : []));
}

/** Throws an Error for what is not known. */
export function readArguments(args: readonly string[]): {
  readonly names: readonly string[];
  readonly options: BenchOptions;
} {
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: KNOWN });
  const numbers = (name: keyof typeof DEFAULTS): number[] => {
    const read = String(values[name]).split(',').map(Number);
    if (read.some((value) => !(value > 0))) throw new Error(`--${name} ${values[name]} is not above zero`);
    return read;
  };
  const number = (name: keyof typeof DEFAULTS): number => numbers(name)[0] ?? 0;
  return {
    names: positionals,
    options: {
      viewers: numbers('viewers'),
      seconds: number('seconds'),
      rounds: number('rounds'),
      loads: number('loads'),
      hidesAddresses: values['addresses'] === 'hidden',
      joins: number('joins'),
      minutes: number('minutes'),
      crowd: numbers('crowd'),
    },
  };
}
