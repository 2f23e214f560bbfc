/** The table of `--print-config`: what was decided and from where, without secrets. Pure. */
import { inColumns } from '../text-table.ts';
import { type Decision, showValue } from './decide-settings.ts';

export function formatConfig(decisions: readonly Decision[]): string {
  const rows = [['setting', 'value', 'from'], ...decisions.map(formatRow)];
  return `${inColumns(rows).join('\n')}\n`;
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
