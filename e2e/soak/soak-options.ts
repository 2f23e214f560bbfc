/** What can be asked of `npm run soak`. */
import { parseArgs } from 'node:util';
import { FAULTS, type FaultName } from './faults.ts';

export interface SoakOptions {
  readonly minutes: number;
  readonly source: 'rpicam' | 'test';
  /** One more who stays: the watch page in a browser. */
  readonly chromium: boolean;
  /** One a minute, in turn. */
  readonly faults: readonly FaultName[];
}

/** Growth is told from four quarters, each with a measurement of its own. */
export const LEAST_MINUTES = 4;

export const USAGE = `npm run soak -- [--minutes 120] [--source rpicam|test] [--chromium] [--faults NAME,NAME]
faults: ${Object.keys(FAULTS).join(', ')}; all unless given, and none with --faults none`;

/** Throws an Error for what is not known. */
export function readOptions(args: readonly string[]): SoakOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: 'string', default: '120' },
      source: { type: 'string', default: 'rpicam' },
      chromium: { type: 'boolean', default: false },
      faults: { type: 'string', default: Object.keys(FAULTS).join(',') },
    },
  });
  const { source, chromium } = values;
  const minutes = Number(values.minutes);
  if (!(minutes >= LEAST_MINUTES))
    throw new Error(`--minutes ${values.minutes} is not ${LEAST_MINUTES} or more`);
  if (source !== 'rpicam' && source !== 'test') throw new Error(`--source ${source} is not rpicam or test`);
  const faults = readFaults(values.faults).filter((name) => source === 'rpicam' || !FAULTS[name].needsCamera);
  return { minutes, source, chromium, faults };
}

function readFaults(names: string): FaultName[] {
  if (names === 'none') return [];
  return names.split(',').map((name) => {
    if (!Object.hasOwn(FAULTS, name))
      throw new Error(`--faults: ${name} is not one of ${Object.keys(FAULTS)}`);
    return name as FaultName;
  });
}
