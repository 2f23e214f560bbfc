/** A Markdown table, columns aligned. */
export function printTable(title: string, rows: readonly Readonly<Record<string, string>>[]): void {
  const head = Object.keys(rows[0] ?? {});
  const lines = [head, ...rows.map((row) => head.map((name) => row[name] ?? ''))];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const format = (cells: readonly string[], fill = ' '): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0, fill)).join(' | ')} |`;
  const [first = [], ...rest] = lines;
  const ruler = format(
    head.map(() => '-'),
    '-',
  );
  console.log(`\n${title}\n\n${[format(first), ruler, ...rest.map((line) => format(line))].join('\n')}`);
}

export const ms = (value: number | undefined): string =>
  value === undefined ? '-' : `${Math.round(value)} ms`;
export const percent = (share: number): string => `${Math.round(share * 1000) / 10} %`;
export const kbits = (bitsPerSecond: number): string => `${Math.round(bitsPerSecond / 1000)} kbit/s`;
