/** What a table must say to be compared with another: when, on what, with which versions. */
import { cpus } from 'node:os';
import { getLibraryVersion } from 'node-datachannel';
import { BITS_PER_SECOND, FRAMES_PER_SECOND, HEIGHT, WIDTH } from './clip/clip-format.ts';
import { givenFlags } from './options.ts';

export const FORMAT = `${WIDTH}x${HEIGHT}, ${FRAMES_PER_SECOND} pictures/s, ${BITS_PER_SECOND / 1e6} Mbit/s`;

/** Prints a table's heading, the command that made it, and its conditions. */
export function printConditions(title: string, name: string, conditions: readonly string[]): void {
  const all = [
    new Date().toISOString().slice(0, 10),
    machine(),
    `Node ${process.versions.node}`,
    ...conditions,
  ];
  const command = [name, ...givenFlags(process.argv.slice(2))].join(' ');
  console.log(`\n## ${title}\n\n\`npm run bench -- ${command}\`: ${all.join('; ')}.\n`);
}

/** Prints how it was measured, which ends a section of bench/RESULTS.md. */
export function printNotes(notes: readonly string[]): void {
  console.log(`\n${notes.map((note) => `- ${note}`).join('\n')}`);
}

/** For example "3 rounds of 10 s each". */
export function describeRounds(rounds: number, seconds: number): string {
  return rounds === 1 ? `1 round of ${seconds} s` : `${rounds} rounds of ${seconds} s each`;
}

export const DATACHANNEL = `libdatachannel ${getLibraryVersion()}`;

function machine(): string {
  const [first] = cpus();
  return `${cpus().length} cores ${process.arch} (${first?.model.trim()})`;
}
