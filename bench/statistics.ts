/** What a row of measured values is told by, and how it is written. */

/** The value below which `share` of the values are (nearest rank). */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1));
  return sorted[rank] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** For few values: their median, and the smallest and largest in parentheses. */
export function spread(values: readonly number[], digits: number): string {
  const [middle, low, high] = [0.5, 0, 1].map((share) => quantile(values, share).toFixed(digits));
  return values.length === 1 ? `${middle}` : `${middle} (${low} to ${high})`;
}

/** For many values, under HEAD: name, median, 95th percentile, smallest, largest, how many. */
export function row(name: string, unit: string, values: readonly number[], digits = 0): string {
  const cells = [0.5, 0.95, 0, 1].map((share) => quantile(values, share).toFixed(digits));
  return tableRow([`${name} (${unit})`, ...cells, String(values.length)]);
}

export const HEAD = tableHead(['what', 'median', '95 %', 'min', 'max', 'n']);

/** The first column is words, the others are numbers. */
export function tableHead(names: readonly string[]): string {
  return `${tableRow(names)}\n|${names.map((_, column) => (column === 0 ? '---' : '---:')).join('|')}|`;
}

export function tableRow(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
