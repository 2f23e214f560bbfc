/**
 * `npm run soak -- [--minutes N]`: what an owner runs, for hours, with people coming and going and something breaking
 * every minute. Ends with 0 when everything came back to where it was, with 1 when not, with 130 when interrupted.
 * Linux only: it reads /proc.
 */
import { killAll } from '../support/perch-process.ts';
import { Installation } from './installation.ts';
import { type Minute, playMinute } from './minute.ts';
import { PassersBy } from './passers-by.ts';
import { printMinute, printTables } from './report.ts';
import { LEAST_MINUTES, readOptions, type SoakOptions, USAGE } from './soak-options.ts';
import type { Stayer } from './stayer.ts';
import { StayingPage } from './staying-page.ts';
import { StayingViewer } from './staying-viewer.ts';
import { whatDidNotComeBack } from './verdict.ts';

/** What shells say of a program that SIGINT ended: 128 and the signal's number. */
const INTERRUPTED = 130;

async function soak(options: SoakOptions, minutes: Minute[], interrupted: AbortSignal): Promise<void> {
  const stayers: Stayer[] = [];
  const installation = await Installation.start(options.source);
  const passersBy = new PassersBy(installation.network.port);
  const died = new AbortController();
  void installation.streamer.end().then((how) => died.abort(new Error(`the streamer ended with ${how}`)));
  const signal = AbortSignal.any([interrupted, died.signal]);
  try {
    const { port } = installation.network;
    stayers.push(await StayingViewer.join(port));
    if (options.chromium) stayers.push(await StayingPage.open(port));
    const endMs = performance.now() + options.minutes * 60_000;
    while (minutes.length < options.minutes) {
      const fault = options.faults[minutes.length % options.faults.length];
      minutes.push(await playMinute({ installation, stayers, passersBy }, fault, signal));
      printMinute(minutes, endMs - performance.now());
    }
  } catch (error) {
    throw died.signal.aborted ? died.signal.reason : error;
  } finally {
    installation.network.state = 'open';
    await passersBy.stop();
    await Promise.allSettled(stayers.map((stayer) => stayer.close()));
    console.log(`logs of streamer and server: ${await installation.close()}`);
  }
}

function readOptionsOrExit(): SoakOptions {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`npm run soak: ${error instanceof Error ? error.message : error}\n${USAGE}`);
    process.exit(2);
  }
}

const options = readOptionsOrExit();
const interrupted = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => interrupted.abort());
console.log(`${options.minutes} minutes, --source ${options.source}, faults: ${options.faults.join(', ')}`);
const minutes: Minute[] = [];
const problems: string[] = [];
try {
  await soak(options, minutes, interrupted.signal);
} catch (error) {
  if (!interrupted.signal.aborted) problems.push(error instanceof Error ? error.message : String(error));
}
printTables(minutes);
if (minutes.length >= LEAST_MINUTES || !interrupted.signal.aborted)
  problems.push(...whatDidNotComeBack(minutes));
for (const problem of problems) console.log(`did not come back: ${problem}`);
if (interrupted.signal.aborted) console.log('interrupted: what was seen so far');
else if (problems.length === 0) console.log('everything is back where it was');
// What a start that failed halfway left.
await killAll();
process.exit(interrupted.signal.aborted ? INTERRUPTED : Number(problems.length > 0));
