/** What a person types, and the one place that reads it. */
import { createInterface } from 'node:readline';
import type { Output } from './output.ts';

/** A line of standard input, asked for where that is a terminal; undefined when it ends without one. */
export async function askLine(question: string, output: Pick<Output, 'err'>): Promise<string | undefined> {
  if (process.stdin.isTTY) output.err(question);
  for await (const line of createInterface({ input: process.stdin })) return line;
  return undefined;
}
