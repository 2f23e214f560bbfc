/** All pictures on one page, `index.html`, and that page as pictures of its own for who has no browser at hand. */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import type { Scene } from '../scenes/scene.ts';
import { COLOURS, DEVICES, pictureName } from './looks.ts';

const STYLE = `
  body { margin: 16px; background: #777; font: 14px system-ui, sans-serif; }
  h2 { margin: 16px 0 4px; font-size: 16px; color: #fff; }
  section { display: grid; grid-template-columns: repeat(6, auto); justify-content: start; gap: 8px; }
  img { display: block; height: 260px; }
`;

export async function writeContactSheet(
  browser: Browser,
  folder: string,
  scenes: readonly Scene[],
): Promise<void> {
  const sections = scenes.flatMap(({ name }) => {
    const pictures = Object.keys(DEVICES)
      .flatMap((device) => COLOURS.map((colours) => pictureName(name, device, colours)))
      .filter((picture) => existsSync(`${folder}${picture}`));
    const images = pictures.map(
      (picture) => `<a href="${picture}"><img src="${picture}" alt="${picture}"></a>`,
    );
    return pictures.length === 0 ? [] : [`<h2>${name}</h2><section>${images.join('')}</section>`];
  });
  const sheet = `${folder}index.html`;
  await writeFile(
    sheet,
    `<!doctype html><meta charset="utf-8"><title>Perch’s screens</title><style>${STYLE}</style>${sections.join('\n')}`,
  );
  const page = await browser.newPage({ viewport: { width: 2320, height: 900 } });
  await page.goto(pathToFileURL(sheet).href);
  await page.screenshot({ path: `${folder}contact-sheet.png`, fullPage: true });
  await page.close();
}
