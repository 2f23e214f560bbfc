/** The watch page in a browser somewhere in the lab, and what it shows. */
import { readTimeStrip, timeStripAge } from '@perch/protocol';
import type { Browser, Page } from 'playwright-core';
import { ViewerPage } from '../support/viewer-page.ts';
import { type Route, readRoute, type SecondStats, startRecorder } from './recorder.ts';

export interface Seen {
  /** When each picture was shown, in Unix milliseconds. */
  readonly pictures: readonly number[];
  /** How old a picture was when it was shown, by its time strip. */
  readonly ages: readonly { readonly at: number; readonly ms: number }[];
  readonly seconds: readonly SecondStats[];
}

export interface FirstPicture {
  readonly fromNavigation: number;
  readonly fromJoin: number;
}

export class Viewer {
  readonly #viewer: ViewerPage;

  static async open(browser: Browser, url: string): Promise<Viewer> {
    const viewer = await ViewerPage.open(browser, url);
    await viewer.page.evaluate(startRecorder);
    return new Viewer(viewer);
  }

  private constructor(viewer: ViewerPage) {
    this.#viewer = viewer;
  }

  get page(): Page {
    return this.#viewer.page;
  }

  /** Milliseconds to the first picture that is followed by ten more; undefined when it takes longer. */
  async firstPictureMs(withinMs: number): Promise<FirstPicture | undefined> {
    const page = this.#viewer.page;
    page.setDefaultTimeout(withinMs);
    try {
      await page.waitForFunction(() => window.labRecording.pictures.length > 10, undefined, {
        timeout: withinMs,
      });
      const fromNavigation = await this.#viewer.firstPictureMs();
      return { fromNavigation, fromJoin: fromNavigation - (await this.#viewer.joinMs()) };
    } catch {
      return undefined;
    }
  }

  route(): Promise<Route | undefined> {
    return this.#viewer.page.evaluate(readRoute);
  }

  /** Everything since the page was opened. */
  async seen(): Promise<Seen> {
    const { pictures, strips, seconds } = await this.#viewer.page.evaluate(() => window.labRecording);
    const ages = strips.flatMap(({ at, luma }) => {
      const ms = readTimeStrip(luma.length, (x) => luma[x] ?? 0);
      return ms === undefined ? [] : [{ at, ms: timeStripAge(ms, at) }];
    });
    return { pictures, ages, seconds };
  }

  async close(): Promise<void> {
    await this.#viewer.page.close();
  }
}
