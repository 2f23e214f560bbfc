/** A frame of lines around text, left away where the terminal is too narrow for it. Pure. */

const SIDES = 4;

export function frame(lines: readonly string[], columns: number): string {
  const width = Math.max(...lines.map((line) => line.length));
  if (width + SIDES > columns) return `${lines.join('\n')}\n`;
  const edge = '─'.repeat(width + 2);
  const rows = lines.map((line) => `│ ${line.padEnd(width)} │`);
  return [`╭${edge}╮`, ...rows, `╰${edge}╯`, ''].join('\n');
}
