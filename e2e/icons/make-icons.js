/**
 * Draws the app's icons from perch.svg with Chromium: `CHROMIUM_PATH=/usr/bin/chromium node e2e/icons/make-icons.js`.
 * They are committed; run it again when the bird changes.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { chromium } from 'playwright-core';

const VIEWER = `${import.meta.dirname}/../../packages/viewer/src`;
const ICONS = `${VIEWER}/public/icons`;
const bird = readFileSync(`${VIEWER}/perch.svg`, 'utf8');
writeFileSync(`${ICONS}/perch.svg`, bird);

/**
 * `filled` for those whose corners the system cuts off: the bird stays inside the circle of 80 % that every mask leaves
 * (W3C Web Application Manifest, "safe zone"), and iOS makes transparent places black.
 */
const icons = [
  { name: 'perch-192.png', size: 192, share: 1, filled: false },
  { name: 'perch-512.png', size: 512, share: 1, filled: false },
  { name: 'perch-maskable-512.png', size: 512, share: 0.62, filled: true },
  { name: 'perch-180.png', size: 180, share: 0.78, filled: true },
];

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH,
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});
for (const { name, size, share, filled } of icons) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  const ground = filled ? 'linear-gradient(#1d3238, #0f1719)' : 'transparent';
  await page.setContent(`<style>
    body { margin: 0; display: grid; place-items: center; height: 100vh; background: ${ground} }
    svg { width: ${share * 100}vw; height: ${share * 100}vw }
  </style>${bird}`);
  writeFileSync(`${ICONS}/${name}`, await page.screenshot({ omitBackground: !filled }));
  await page.close();
}
await browser.close();
