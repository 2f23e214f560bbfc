/** One who stays all the time, as a person does: the watch page in a browser. */
import { launchChromium, provideChromium } from '../support/chromium.ts';
import { ViewerPage } from '../support/viewer-page.ts';
import type { Seen, Stayer } from './stayer.ts';

interface SoakClock {
  lastMs: number;
  longestMs: number;
}

declare global {
  interface Window {
    soakClock: SoakClock;
  }
}

export class StayingPage implements Stayer {
  readonly name = 'page';
  readonly #viewer: ViewerPage;

  static async open(port: number): Promise<StayingPage> {
    const browser = await launchChromium(await provideChromium(), { endsOnSignal: false });
    try {
      const viewer = await ViewerPage.open(browser, `http://127.0.0.1:${port}/watch/pi-camera-stream`);
      await viewer.reaches('live');
      await viewer.page.evaluate(startClock);
      return new StayingPage(viewer);
    } catch (error) {
      await browser.close();
      throw error;
    }
  }

  private constructor(viewer: ViewerPage) {
    this.#viewer = viewer;
  }

  async startClock(): Promise<void> {
    await this.#viewer.page.evaluate(() => {
      Object.assign(window.soakClock, { lastMs: performance.now(), longestMs: 0 });
    });
  }

  async look(): Promise<Seen> {
    const gapMs = await this.#viewer.page.evaluate(() =>
      Math.max(window.soakClock.longestMs, performance.now() - window.soakClock.lastMs),
    );
    const { made } = await this.#viewer.connections();
    return { gapMs, connections: made };
  }

  async close(): Promise<void> {
    await this.#viewer.page.context().browser()?.close();
  }
}

/** Runs in the browser. */
function startClock(): void {
  const clock: SoakClock = { lastMs: performance.now(), longestMs: 0 };
  window.soakClock = clock;
  const video = (document.querySelector('perch-player')?.shadowRoot ?? document).querySelector(
    'video',
  ) as HTMLVideoElement;
  video.requestVideoFrameCallback(function shown() {
    video.requestVideoFrameCallback(shown);
    const now = performance.now();
    clock.longestMs = Math.max(clock.longestMs, now - clock.lastMs);
    clock.lastMs = now;
  });
}
