/** What a row of measured values is told by, and how it is written. */

/** Markdown's rule for a column of numbers is two dashes and a colon at least. */
const MIN_COLUMN = 3;

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
export function row(name: string, unit: string, values: readonly number[], digits = 0): string[] {
  const cells = [0.5, 0.95, 0, 1].map((share) => quantile(values, share).toFixed(digits));
  return [`${name} (${unit})`, ...cells, String(values.length)];
}

export const HEAD = ['what', 'median', '95 %', 'min', 'max', 'n'];

/** Markdown with its columns aligned. The first column is words, the others are numbers. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((name, column) =>
    Math.max(MIN_COLUMN, name.length, ...rows.map((cells) => cells[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const padded = (cells: readonly string[]): string =>
    line(widths.map((width, column) => pad(cells[column] ?? '', width, column)));
  const rule = widths.map((width, column) =>
    column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  );
  return [padded(head), line(rule), ...rows.map(padded)].join('\n');
}

function pad(cell: string, width: number, column: number): string {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width);
}
