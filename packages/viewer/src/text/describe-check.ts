import type { Finding, Step } from '../domain/check/step.ts';
import type { Cause } from '../domain/check/verdict.ts';
import { checkDe } from './check-de.ts';
import { checkEn } from './check-en.ts';
import type { CheckText } from './check-text.ts';

const ALL: Readonly<Record<string, CheckText>> = { de: checkDe, en: checkEn };

/** `code` is a language's, as `Text` has it. */
export function checkTextFor(code: string): CheckText {
  return ALL[code] ?? checkEn;
}

export function describeFinding(finding: Finding, text: CheckText): string {
  // TypeScript does not see that the key and the argument are of one kind.
  const describe = text.found[finding.what] as (finding: Finding) => string;
  return describe(finding);
}

/** Enough of an address to tell networks apart, too little to find a house. */
function withoutAddresses(line: string): string {
  return line
    .replace(/\b(\d{1,3}\.\d{1,3})\.\d{1,3}\.\d{1,3}\b/gu, '$1.…')
    .replace(/\[([\da-f]{1,4}):[\da-f:.]+\]/giu, '[$1:…]');
}

/** For a bug report or a message to the owner: no token, no whole address. */
export function describeCheck(
  { steps, cause }: { readonly steps: readonly Step[]; readonly cause: Cause | undefined },
  about: { readonly server: string; readonly streamId: string; readonly browser: string; readonly at: Date },
  text: CheckText,
): string {
  const rows = steps.map(({ id, state, atMs, found }) => {
    const time = atMs === undefined ? '' : ` (${text.ms(atMs)})`;
    const sentence = found === undefined ? '' : ` ${describeFinding(found, text)}`;
    return `[${text.states[state]}] ${text.steps[id]}:${sentence}${time}`;
  });
  const advice = cause && text.causes(about.streamId)[cause];
  return [
    `Perch: ${text.title}`,
    `${about.server}, ${about.streamId}, ${about.at.toISOString()}`,
    about.browser,
    '',
    ...rows,
    '',
    ...(advice
      ? [advice.says, advice.next, ...(advice.owner ? [`${text.forOwner}: ${advice.owner}`] : [])]
      : []),
    '',
  ]
    .map(withoutAddresses)
    .join('\n');
}
