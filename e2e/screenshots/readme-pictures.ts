/** The README's pictures, made of what was taken: the pages on a desktop with a phone before it, and a phone. */
import { readFile } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { pictureName } from './looks.ts';

/** Everyone who opens the README loads them: this makes 100 KB or so of each. */
const JPEG_QUALITY = 85;

const STYLE = `
  body { margin: 0; background: #dfe6e4; }
  main { position: relative; width: 1220px; height: 620px; }
  img { display: block; box-sizing: border-box; }
  main img { position: absolute; border: solid #0b1416; box-shadow: 0 12px 32px rgb(8 14 16 / 35%); }
  .desktop { left: 24px; top: 27px; width: 896px; border-width: 8px; border-radius: 12px; }
  .phone { left: 948px; top: 44px; width: 246px; border-width: 7px; border-radius: 28px; }
`;

export async function drawReadmePictures(browser: Browser, folder: string): Promise<void> {
  const image = async (device: string, scene: string): Promise<string> => {
    const png = await readFile(`${folder}${pictureName(scene, device, 'dark')}`);
    return `<img class="${device}" src="data:image/png;base64,${png.toString('base64')}" alt="">`;
  };
  const draw = async (name: string, width: number, height: number, content: string): Promise<void> => {
    const page = await browser.newPage({ viewport: { width, height } });
    await page.setContent(`<style>${STYLE}</style>${content}`, { waitUntil: 'load' });
    await page.screenshot({ path: `${folder}${name}`, type: 'jpeg', quality: JPEG_QUALITY });
    await page.close();
  };
  const both = [await image('desktop', 'watch-live'), await image('phone', 'home-cameras')];
  await draw('watch-page.jpg', 1220, 620, `<main>${both.join('')}</main>`);
  const style = '<style>img.phone { width: 390px; border: 0; border-radius: 0; }</style>';
  await draw('phone.jpg', 390, 844, `${style}${await image('phone', 'watch-live')}`);
}
