/** How long the picture stood still. */

/** A person sees it stand still from about here on. */
export const FROZEN_MS = 300;

export interface Gap {
  readonly fromMs: number;
  readonly ms: number;
}

/** Times between the pictures shown from `fromMs` to `toMs`, the time before the first and after the last too. */
export function gapsBetween(pictures: readonly number[], fromMs: number, toMs: number): Gap[] {
  const times = [fromMs, ...pictures.filter((at) => at > fromMs && at < toMs), toMs];
  return times.slice(1).map((at, index) => ({ fromMs: times[index] ?? at, ms: at - (times[index] ?? at) }));
}

export function longest(gaps: readonly Gap[]): number {
  return Math.max(0, ...gaps.map(({ ms }) => ms));
}

export function frozen(gaps: readonly Gap[]): { readonly count: number; readonly ms: number } {
  const long = gaps.filter(({ ms }) => ms > FROZEN_MS);
  return { count: long.length, ms: long.reduce((sum, { ms }) => sum + ms, 0) };
}
