/**
 * `node feeder.js FOLDER`: stands for a camera program. Writes the clip's pictures to standard output in real time,
 * each at once and with the moment of its writing in its time mark, over and over; the clip begins with a keyframe.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { CLIP_FILES, FRAMES_PER_SECOND } from './clip-format.ts';
import { writeTimeMark } from './time-mark.ts';

const [folder = '.'] = process.argv.slice(2);
const video = readFileSync(join(folder, CLIP_FILES.video));
const sizes = JSON.parse(readFileSync(join(folder, CLIP_FILES.sizes), 'utf8')) as readonly number[];

// Whoever read it is gone.
process.stdout.on('error', () => process.exit(0));

let due = performance.now();
for (;;) {
  let at = 0;
  for (const size of sizes) {
    await setTimeout(Math.max(0, due - performance.now()));
    // A copy: what the pipe has not taken yet must not change.
    const picture = Buffer.from(video.subarray(at, at + size));
    writeTimeMark(picture, process.hrtime.bigint());
    process.stdout.write(picture);
    at += size;
    due += 1000 / FRAMES_PER_SECOND;
  }
}
