/** The charts of the last two minutes, one for each metric: drawn by uPlot, of which only lines and axes are used. */
import uPlot from 'uplot';
import { HISTORY_LENGTH } from '../../../domain/stats-sampler.ts';
import type { StreamStats } from '../../../domain/stream-stats.ts';
import { type Metric, metricValue } from '../../../text/describe-stats.ts';

/** Where samples are missing for longer - the page was hidden - the line has a gap. */
const GAP_MS = 2_500;

/** What a scale shows at least, so that a quiet line does not look wild. */
const LEAST_TOP: Readonly<Record<Metric, number>> = {
  bitrate: 0.5,
  frameRate: 10,
  delay: 50,
  loss: 2,
  roundTrip: 20,
  jitterBuffer: 20,
  layer: 240,
};

const FONT = '11px system-ui, sans-serif';
const AXIS_WIDTH_PIXELS = 40;
const AXIS_HEIGHT_PIXELS = 20;

/** Owns the charts that it puts into `places`; `destroy()` takes them out. */
export class StatsCharts {
  readonly #charts: readonly { metric: Metric; place: HTMLElement; chart: uPlot }[];
  readonly #resizing: ResizeObserver;

  /** `color` looks a custom property up, at each drawing: the person may change to the other scheme. */
  constructor(places: ReadonlyMap<Metric, HTMLElement>, color: (name: string) => string) {
    this.#charts = [...places].map(([metric, place]) => ({
      metric,
      place,
      chart: new uPlot(optionsFor(metric, place, color), [[], []], place),
    }));
    this.#resizing = new ResizeObserver(() => {
      for (const { place, chart } of this.#charts) {
        if (place.clientWidth > 0 && place.clientWidth !== chart.width) chart.setSize(sizeOf(place));
      }
    });
    for (const { place } of this.#charts) this.#resizing.observe(place);
  }

  draw(history: readonly StreamStats[]): void {
    for (const { metric, chart } of this.#charts) chart.setData(chartData(history, metric));
  }

  destroy(): void {
    this.#resizing.disconnect();
    for (const { chart } of this.#charts) chart.destroy();
  }
}

/** Seconds before the latest sample, and the values; null where there is none. */
export function chartData(history: readonly StreamStats[], metric: Metric): [number[], (number | null)[]] {
  const last = history.at(-1)?.atMs ?? 0;
  const seconds: number[] = [];
  const values: (number | null)[] = [];
  let before: number | undefined;
  // What is reckoned leaves out much that a time strip shows: one line of both would jump.
  const hasStrip = history.some(({ delay }) => delay?.from === 'time-strip');
  for (const stats of history) {
    if (before !== undefined && stats.atMs - before > GAP_MS) {
      seconds.push((before + 1 - last) / 1000);
      values.push(null);
    }
    before = stats.atMs;
    seconds.push((stats.atMs - last) / 1000);
    const isOther = metric === 'delay' && hasStrip && stats.delay?.from === 'estimate';
    values.push(isOther ? null : (metricValue(metric, stats) ?? null));
  }
  return [seconds, values];
}

function optionsFor(metric: Metric, place: HTMLElement, color: (name: string) => string): uPlot.Options {
  const axis = { stroke: () => color('--soft'), font: FONT, ticks: { show: false } };
  const grid = { stroke: () => color('--edge'), width: 1 };
  const stepped = uPlot.paths.stepped?.({ align: 1 });
  return {
    ...sizeOf(place),
    legend: { show: false },
    cursor: { show: false },
    padding: [6, 14, 0, 0],
    scales: {
      x: { time: false, range: [-HISTORY_LENGTH, 0] },
      y: { range: (_chart, _min, max) => [0, Math.max(LEAST_TOP[metric], (max ?? 0) * 1.15)] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: AXIS_HEIGHT_PIXELS,
        splits: [-HISTORY_LENGTH, -60, 0],
        values: (_chart, splits) => splits.map((at) => `${at} s`),
      },
      { ...axis, grid, size: AXIS_WIDTH_PIXELS, space: 22 },
    ],
    series: [
      {},
      {
        stroke: () => color('--line'),
        fill: () => color('--fill'),
        width: 2,
        points: { show: false },
        // A picture has one size or another, none between.
        ...(metric === 'layer' && stepped && { paths: stepped }),
      },
    ],
  };
}

function sizeOf(place: HTMLElement): { width: number; height: number } {
  return { width: Math.max(1, place.clientWidth), height: Math.max(1, place.clientHeight) };
}
