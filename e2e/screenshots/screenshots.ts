/**
 * `npm run screenshots -- [NAME…]`: a picture of each page in each of its states, on a phone, upright and sideways, and
 * on a desktop, in light and in dark, and a sheet with all of them to look at. NAME is the beginning of a scene's name:
 * `watch`, `dialog-share`.
 */
import { mkdir, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { allScenes } from '../scenes/all-scenes.ts';
import type { Scene } from '../scenes/scene.ts';
import { Scenery } from '../scenes/scenery.ts';
import { launchChromium, provideChromium } from '../support/chromium.ts';
import { killAll } from '../support/perch-process.ts';
import { writeContactSheet } from './contact-sheet.ts';
import { COLOURS, DEVICES, pictureName } from './looks.ts';
import { drawReadmePictures } from './readme-pictures.ts';

/** This file is built to e2e/screenshots/dist/e2e/screenshots. */
const FOLDER = fileURLToPath(new URL('../../../../../docs/images/screens/', import.meta.url));
const CAMERA_PROGRAM = fileURLToPath(new URL('../../../../fixtures/bin/rpicam-vid', import.meta.url));

/** What the demo sends. */
const MAIN_CAMERA = ['--width', '1280', '--height', '720', '--fps', '30', '--bitrate', '2M'];

/** Takes a scene on all devices. Resolves with what went wrong. */
async function take(browser: Browser, scenery: Scenery, scene: Scene): Promise<readonly string[]> {
  const failures: string[] = [];
  for (const [device, options] of Object.entries(DEVICES)) {
    const context = await browser.newContext({ ...options, colorScheme: COLOURS[0] });
    try {
      const page = await context.newPage();
      await scene.show(page, scenery);
      for (const colorScheme of COLOURS) {
        await page.emulateMedia({ colorScheme });
        await scene.hold?.(page);
        await page.screenshot({
          path: `${FOLDER}${pictureName(scene.name, device, colorScheme)}`,
          // What fades is seen as it ends.
          animations: 'disabled',
        });
      }
    } catch (error) {
      failures.push(`${scene.name} on ${device}: ${error instanceof Error ? error.message : error}`);
    } finally {
      await context.close();
      await scenery.endScene();
    }
  }
  return failures;
}

const wanted = process.argv.slice(2);
const scenes = allScenes.filter(
  ({ name }) => wanted.length === 0 || wanted.some((beginning) => name.startsWith(beginning)),
);
if (scenes.length === 0) {
  console.error(`no such scene; there are: ${allScenes.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}
if (wanted.length === 0) await rm(FOLDER, { recursive: true, force: true });
await mkdir(FOLDER, { recursive: true });
const browser = await launchChromium(await provideChromium());
const scenery = new Scenery({ cameraProgram: CAMERA_PROGRAM, mainCamera: MAIN_CAMERA });
const failures: string[] = [];
for (const [index, scene] of scenes.entries()) {
  console.log(`${index + 1} of ${scenes.length}: ${scene.name}`);
  failures.push(...(await take(browser, scenery, scene)));
}
if (wanted.length === 0 && failures.length === 0) await drawReadmePictures(browser, FOLDER);
await writeContactSheet(browser, FOLDER, allScenes);
await browser.close();
await killAll();
for (const failure of failures) console.error(failure);
console.log(`all at once: ${FOLDER}index.html`);
process.exit(Number(failures.length > 0));
