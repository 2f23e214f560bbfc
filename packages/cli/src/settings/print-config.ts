/** The table of `--print-config`: what was decided and from where, without secrets. Pure. */
import { type Decision, showValue } from './decide-settings.ts';

export function formatConfig(decisions: readonly Decision[]): string {
  const rows = [['setting', 'value', 'from'], ...decisions.map(formatRow)];
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
  return lines.map((line) => `${line}\n`).join('');
}

function formatRow(decision: Decision): string[] {
  const value = decision.text === '' ? '(not set)' : showValue(decision).replace(/^'(.*)'$/s, '$1');
  return [formatName(decision), value, formatOrigin(decision)];
}

/** The name that the owner knows. */
function formatName({ name, setting }: Decision): string {
  return setting.flag?.slice('--'.length) ?? setting.env ?? name;
}

function formatOrigin({ setting, origin }: Decision): string {
  switch (origin) {
    case 'flag':
      return `flag ${setting.flag}`;
    case 'environment':
    case '.env':
      return `${origin} ${setting.env}`;
    case 'default':
      return 'default';
  }
}
