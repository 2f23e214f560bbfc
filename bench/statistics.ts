/** What a row of measured values is told by. */

/** The value below which `share` of the values are (nearest rank). */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1));
  return sorted[rank] ?? Number.NaN;
}

/** A Markdown table row: name, median, 95th percentile, smallest, largest, how many. */
export function row(name: string, unit: string, values: readonly number[]): string {
  const cells = [0.5, 0.95, 0, 1].map((share) => quantile(values, share).toFixed(unit === 'ms' ? 0 : 2));
  return `| ${name} (${unit}) | ${cells.join(' | ')} | ${values.length} |`;
}

export const HEAD = '| what | median | 95 % | min | max | n |\n|---|---|---|---|---|---|';
