/**
 * The statistics as text for a bug report. In English whatever the page speaks, since who reads it maintains Perch. People
 * paste it in public: it has no link, no token, no stream's name, no words of a peer, and of addresses only the beginning.
 */
import { shortAddress } from '../domain/media-path.ts';
import type { SessionLog } from '../domain/session-log.ts';
import type { PathEnd } from '../domain/stream-counters.ts';
import type { StreamStats } from '../domain/stream-stats.ts';
import { VERSION } from '../version.ts';
import { describeRows } from './describe-rows.ts';
import { METRICS, metricValue } from './describe-stats.ts';
import { en } from './en.ts';

/** What came before is in the numbers since the beginning. */
const SAMPLES = 30;

export interface Surroundings {
  readonly userAgent: string;
  readonly isSecure: boolean;
  /** When it is written. */
  readonly at: Date;
}

export function statsReport(
  history: readonly StreamStats[],
  session: SessionLog,
  { userAgent, isSecure, at }: Surroundings,
): string {
  const latest = history.at(-1);
  return [
    `Perch ${VERSION}, ${at.toISOString()}`,
    `Browser: ${userAgent}`,
    `Page: ${isSecure ? 'https or this machine' : 'plain http'}`,
    `States: ${session.changes.map(({ afterMs, state }) => `${inSeconds(afterMs)} ${state}`).join('; ')}`,
    ...(latest === undefined ? ['No sample was taken.'] : describeLatest(latest, session)),
    ...describeSamples(history),
    '',
  ].join('\n');
}

function describeLatest(latest: StreamStats, session: SessionLog): string[] {
  const rows = describeRows(latest, session, en).map(([row, value]) => `${en.stats.rows[row]}: ${value}`);
  const { ends } = latest;
  return ends ? [...rows, `Viewer: ${describeEnd(ends.local)}`, `Camera: ${describeEnd(ends.remote)}`] : rows;
}

function describeEnd({ kind, address, protocol, relayProtocol }: PathEnd): string {
  return [kind, shortAddress(address), protocol, relayProtocol && `relay by ${relayProtocol}`]
    .filter(Boolean)
    .join(' ');
}

/** A table: a line for each sample, in the units of the charts. */
function describeSamples(history: readonly StreamStats[]): string[] {
  const last = history.at(-1)?.atMs ?? 0;
  const lines = history.slice(-SAMPLES).map((stats) => {
    const values = METRICS.map((metric) => metricValue(metric, stats)?.toFixed(1) ?? '-');
    return [`${Math.round((stats.atMs - last) / 1000)}`, ...values].join('\t');
  });
  return lines.length === 0 ? [] : [['s', ...METRICS].join('\t'), ...lines];
}

function inSeconds(ms: number): string {
  return `+${(ms / 1000).toFixed(2)} s`;
}
