/** The table of the statistics: what is now, and since the beginning. Apart from the badge's words: it is loaded later. */
import type { SessionLog } from '../domain/session-log.ts';
import type { StreamStats } from '../domain/stream-stats.ts';
import { describeMetric, describePath, inMs, known, METRICS, numeral } from './describe-stats.ts';
import type { Text } from './en.ts';

export type Row = keyof Text['stats']['rows'];

/** What has a chart is always there, with a dash where nothing is known. */
export function describeRows(
  stats: StreamStats,
  session: SessionLog,
  text: Text,
): readonly (readonly [Row, string])[] {
  const words = text.stats;
  const { path, totals } = stats;
  const rows: readonly (readonly [Row, string | undefined])[] = [
    ['delay', describeDelay(stats, text) ?? '–'],
    ['path', path && describePath(path, text)],
    ['picture', describePicture(stats, text)],
    ['limit', stats.limitedBy && words.limits[stats.limitedBy]],
    ...METRICS.filter((metric) => metric !== 'delay' && metric !== 'layer').map(
      (metric) => [metric, describeMetric(metric, stats, text) ?? '–'] as const,
    ),
    ['decode', known([optional(stats.decodeMs, (ms) => inMs(ms, text)), stats.decoder]).join(', ')],
    ['codec', known([stats.codec, profileOf(stats.codecParameters)]).join(', ')],
    ['freezes', optional(totals.freezes, (count) => describeFreezes(count, totals.freezesMs, text))],
    [
      'repairs',
      totals.nacks === undefined
        ? undefined
        : words.counts.repairs(numeral(totals.nacks, text), numeral(totals.plis ?? 0, text)),
    ],
    ['lost', optional(totals.packetsLost, (lost) => words.counts.lost(numeral(Math.max(0, lost), text)))],
    ['watching', duration(session.forMs, text)],
    ['firstPicture', optional(session.firstPictureMs, (ms) => inMs(ms, text))],
    ['interruptions', numeral(session.interruptions, text)],
  ];
  return rows.flatMap(([row, value]) => (value ? [[row, value] as const] : []));
}

function describeDelay({ delay, path }: StreamStats, text: Text): string | undefined {
  if (delay === undefined) return undefined;
  const { delayFrom } = text.stats;
  const ms = inMs(delay.ms, text);
  if (delay.from === 'estimate') return delayFrom.estimate(ms);
  const isOneClock = path?.route === 'direct' && path.how === 'same-machine';
  return isOneClock ? delayFrom.strip(ms) : delayFrom.stripOfTwoClocks(ms);
}

function describePicture(stats: StreamStats, text: Text): string | undefined {
  const { widthPixels, heightPixels, layer } = stats;
  if (widthPixels === undefined || heightPixels === undefined) return undefined;
  return known([`${widthPixels}×${heightPixels}`, layer && text.stats.layers[layer]]).join(', ');
}

function describeFreezes(count: number, ms: number | undefined, text: Text): string {
  return count === 0 || ms === undefined
    ? numeral(count, text)
    : text.stats.counts.freezes(numeral(count, text), duration(ms, text));
}

function profileOf(codecParameters: string | undefined): string | undefined {
  return /profile-level-id=([0-9a-f]{6})/i.exec(codecParameters ?? '')?.[1];
}

function duration(ms: number, text: Text): string {
  const { seconds, minutes } = text.stats.units;
  if (ms < 10_000) return seconds(numeral(ms / 1000, text, 1));
  return ms < 120_000 ? seconds(numeral(ms / 1000, text)) : minutes(numeral(Math.floor(ms / 60_000), text));
}

function optional<T>(value: T | undefined, words: (value: T) => string): string | undefined {
  return value === undefined ? undefined : words(value);
}
