/** A sample's numbers in words, as the badge and the charts show them. What is not known is left out. */
import type { MediaPath } from '../domain/media-path.ts';
import type { StreamStats } from '../domain/stream-stats.ts';
import type { Text } from './en.ts';

/** The quantities that have a chart. */
export const METRICS = [
  'bitrate',
  'frameRate',
  'delay',
  'loss',
  'roundTrip',
  'jitterBuffer',
  'layer',
] as const;

export type Metric = (typeof METRICS)[number];

/** In the unit that is shown. */
export function metricValue(metric: Metric, stats: StreamStats): number | undefined {
  switch (metric) {
    case 'bitrate':
      return scaled(stats.bitsPerSecond, 1e-6);
    case 'frameRate':
      return stats.framesPerSecond;
    case 'delay':
      return stats.delay?.ms;
    case 'loss':
      return scaled(stats.lossShare, 100);
    case 'roundTrip':
      return stats.roundTripMs;
    case 'jitterBuffer':
      return stats.jitterBufferMs;
    case 'layer':
      return linesOf(stats);
    default:
      return metric satisfies never;
  }
}

/** A metric's value with its unit. */
export function describeMetric(metric: Metric, stats: StreamStats, text: Text): string | undefined {
  const value = metricValue(metric, stats);
  if (value === undefined) return undefined;
  const { units } = text.stats;
  switch (metric) {
    case 'bitrate':
      return units.mbit(numeral(value, text, 1));
    case 'frameRate':
      return units.fps(numeral(value, text));
    case 'delay':
      return stats.delay?.from === 'estimate' ? text.stats.about(inMs(value, text)) : inMs(value, text);
    case 'loss':
      return units.percent(numeral(value, text, 1));
    case 'roundTrip':
    case 'jitterBuffer':
      return inMs(value, text);
    case 'layer':
      return units.lines(numeral(value, text));
    default:
      return metric satisfies never;
  }
}

export function describePath(path: MediaPath, text: Text): string {
  const { stats } = text;
  if (path.route === 'direct') return stats.direction[path.how];
  const relayed = stats.relayedBy[path.by];
  return path.over === undefined ? relayed : stats.over(relayed, path.over.toUpperCase());
}

/** The badge's two lines: how fast and by which way; what is seen, and why no more. */
export function describeBadge(stats: StreamStats, text: Text): { way: string; quality: string } {
  const way = [describeMetric('delay', stats, text), stats.path && text.stats[stats.path.route]];
  const quality = (['layer', 'frameRate', 'bitrate'] as const).map((metric) =>
    describeMetric(metric, stats, text),
  );
  const seen = known(quality).join(' ');
  const why = stats.limitedBy && text.stats.limits[stats.limitedBy];
  return { way: known(way).join(' · '), quality: known([seen || undefined, why]).join(': ') };
}

/** What people call a picture by: the shorter side's pixels. */
function linesOf({ widthPixels, heightPixels }: StreamStats): number | undefined {
  return widthPixels && heightPixels ? Math.min(widthPixels, heightPixels) : undefined;
}

export function inMs(value: number, text: Text): string {
  return text.stats.units.ms(numeral(value, text));
}

/** With no separator of thousands: 1080p is written as one. */
export function numeral(value: number, { code }: Text, fractionDigits = 0): string {
  return value.toLocaleString(code, {
    minimumFractionDigits: fractionDigits,
    maximumFractionDigits: fractionDigits,
    useGrouping: false,
  });
}

function scaled(value: number | undefined, factor: number): number | undefined {
  return value === undefined ? undefined : value * factor;
}

export function known(parts: readonly (string | undefined)[]): string[] {
  return parts.filter((part): part is string => part !== undefined && part !== '');
}
