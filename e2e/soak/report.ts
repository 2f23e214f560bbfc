/** What a soak prints: a line each minute, and two tables at its end. */
import { median } from '../lab/median.ts';
import { printTable } from '../lab/print-table.ts';
import { FAULTS, type FaultName } from './faults.ts';
import { growth, megabytesPerHour } from './growth.ts';
import type { Minute } from './minute.ts';
import type { Use } from './sample.ts';

const UNITS = {
  anonymousMb: 'memory of its own, MB',
  residentMb: 'memory with code, MB',
  files: 'files',
  threads: 'threads',
  children: 'children',
} as const;

export function printMinute(minutes: readonly Minute[], leftMs: number): void {
  const minute = minutes.at(-1);
  if (minute === undefined) return;
  const { fault = 'no fault', seen, passing, sample } = minute;
  const gaps = seen.map(({ stayer, gapMs }) => `${stayer} ${seconds(gapMs)}`).join(', ');
  const parts = [
    `minute ${minutes.length}`,
    `${fault}: longest without a picture: ${gaps}`,
    `streamer ${list(sample.streamer)}`,
    `server ${list(sample.server)}`,
    `viewers ${sample.viewers}`,
    `came ${passing.joined}, saw ${passing.saw}`,
    `${Math.max(0, Math.round(leftMs / 60_000))} min left`,
  ];
  console.log(parts.join(' | '));
}

export function printTables(minutes: readonly Minute[]): void {
  const samples = minutes.map(({ sample }) => sample);
  const rows = (growth(samples) ?? []).map(({ side, what, early, late, isBack }) => ({
    what: `${side}: ${UNITS[what]}`,
    'second quarter': round(early),
    end: round(late),
    slope:
      what === 'anonymousMb' || what === 'residentMb'
        ? `${round(megabytesPerHour(samples, side, what))} MB/hour`
        : '',
    'is back': isBack === undefined ? '' : isBack ? 'yes' : 'NO',
  }));
  if (rows.length > 0) printTable('Held in quiet moments, medians', rows);
  const faults = [...new Set(minutes.flatMap(({ fault }) => fault ?? []))];
  const faultRows = faults.flatMap((fault) => faultRow(minutes, fault));
  if (faultRows.length > 0) printTable('The longest without a picture after a fault', faultRows);
}

function faultRow(minutes: readonly Minute[], fault: FaultName): Record<string, string>[] {
  const struck = minutes.filter((it) => it.fault === fault);
  const stayers = struck[0]?.seen.map(({ stayer }) => stayer) ?? [];
  return stayers.map((stayer) => {
    const seen = struck.flatMap((it) => it.seen.filter((one) => one.stayer === stayer));
    const gaps = seen.map(({ gapMs }) => gapMs);
    return {
      fault,
      times: String(struck.length),
      stayer,
      median: seconds(median(gaps) ?? 0),
      worst: seconds(Math.max(...gaps)),
      bound: seconds(FAULTS[fault].backWithinMs),
      'connections so far': String(seen.at(-1)?.connections),
    };
  });
}

const round = (value: number): string => String(Math.round(value * 10) / 10);
const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;
const list = ({ anonymousMb, residentMb, files, threads, children }: Use): string =>
  `${anonymousMb.toFixed(1)} of ${residentMb.toFixed(1)} MB ${files} files ${threads} threads ${children} children`;
