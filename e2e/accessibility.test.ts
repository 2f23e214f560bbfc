/** Every page in every state: for a screen reader, by keyboard alone, and without anything that moves by itself. */
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { allScenes } from './scenes/all-scenes.ts';
import type { Scene } from './scenes/scene.ts';
import { Scenery } from './scenes/scenery.ts';
import { accessibilityFaults } from './support/accessibility.ts';
import { launchChromium } from './support/chromium.ts';
import { walkByKeyboard } from './support/keyboard-walk.ts';
import { killAll } from './support/perch-process.ts';
import { runningAnimations } from './support/running-animations.ts';

const SIZES = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
];

let browser: Browser;
const scenery = new Scenery({
  cameraProgram: fileURLToPath(new URL('./fixtures/bin/rpicam-vid', import.meta.url)),
});
let context: BrowserContext | undefined;
beforeAll(async () => {
  browser = await launchChromium(inject('chromium'));
});
afterAll(async () => {
  await browser.close();
  await killAll();
});

async function show(scene: Scene, reducedMotion: 'reduce' | 'no-preference'): Promise<Page> {
  context = await browser.newContext({ viewport: SIZES[0] ?? null, reducedMotion });
  const page = await context.newPage();
  await scene.show(page, scenery);
  return page;
}

async function leave(): Promise<void> {
  await context?.close();
  await scenery.endScene();
}

function sceneNamed(name: string): Scene {
  const scene = allScenes.find((it) => it.name === name);
  if (scene === undefined) throw new Error(`there is no scene ${name}`);
  return scene;
}

const focusedLabel = (page: Page) =>
  page.evaluate(() => {
    let focused = document.activeElement;
    while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
    return focused?.ariaLabel ?? focused?.textContent?.trim();
  });

describe.each(allScenes)('$name', (scene) => {
  let page: Page;
  beforeAll(async () => {
    page = await show(scene, 'reduce');
  });
  afterAll(leave);

  test('has nothing for axe to find, light or dark, large or small, and nothing moves where that is not wanted', async () => {
    const found: string[] = [];
    for (const size of SIZES) {
      await page.setViewportSize(size);
      for (const colorScheme of ['dark', 'light'] as const) {
        await page.emulateMedia({ colorScheme });
        await scene.hold?.(page);
        const faults = [...(await accessibilityFaults(page)), ...(await runningAnimations(page))];
        found.push(...faults.map((fault) => `${colorScheme}, ${size.width} wide: ${fault}`));
      }
    }
    expect(found).toEqual([]);
  });

  test('can be walked by Tab, in the page’s order, and shows where one is', async () => {
    const { usable, stops, unseen } = await walkByKeyboard(page);
    expect(stops).toEqual(usable);
    expect(unseen).toEqual([]);
  });
});

describe('Escape closes, and the focus goes back to where it was:', () => {
  afterEach(leave);

  test('the statistics', async () => {
    const page = await show(sceneNamed('watch-live'), 'no-preference');
    const button = page.getByRole('button', { name: 'Statistics' });
    await button.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await focusedLabel(page)).toBe('Statistics');
  });

  test('adding a camera', async () => {
    const page = await show(sceneNamed('home-cameras'), 'no-preference');
    await page.getByRole('button', { name: 'Add camera' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await focusedLabel(page)).toBe('Add camera');
  });

  test('sharing one', async () => {
    const page = await show(sceneNamed('dialog-share'), 'no-preference');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await focusedLabel(page)).toBe('Options of garden');
  });
});

test('what moves is seen by what looks for it: a state that lasts breathes, unless that is not wanted', async () => {
  onTestFinished(leave);
  const page = await show(sceneNamed('watch-connecting'), 'no-preference');
  expect(await runningAnimations(page)).toContain('breathe of p.status');
});

test('on a phone, what the status says lies beside or below what stands in the corners', async () => {
  onTestFinished(leave);
  const page = await show(sceneNamed('watch-live-server-lost'), 'no-preference');
  await page.setViewportSize({ width: 390, height: 844 });
  await page.locator('perch-badge button').waitFor({ state: 'attached' });
  const hidden = await page.evaluate(() => {
    const root = document.querySelector('perch-player')?.shadowRoot;
    const box = (selector: string) => root?.querySelector(selector)?.getBoundingClientRect() as DOMRect;
    const status = box('#status');
    return ['.corner', '.badge button'].filter((selector) => {
      const { left, right, top, bottom } = box(selector);
      return left < status.right && right > status.left && top < status.bottom && bottom > status.top;
    });
  });
  expect(hidden).toEqual([]);
});
