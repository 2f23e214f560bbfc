/** How long a page shows no new picture, and what it says meanwhile. */
import type { ViewerPage } from './viewer-page.ts';

export interface PictureGaps {
  /** Between two pictures, in milliseconds. */
  readonly longestMs: number;
  readonly pictures: number;
  /** The states that the page has passed through, but for `live`. */
  readonly states: readonly (string | null)[];
}

/** Watches from now on. What it returns tells what was seen since. */
export async function watchGaps({ page }: ViewerPage): Promise<() => Promise<PictureGaps>> {
  const watching = await page.evaluateHandle(() => {
    const root = document.querySelector('perch-player')?.shadowRoot ?? document;
    const video = root.querySelector('video') as HTMLVideoElement;
    const status = root.querySelector('#status') as HTMLElement;
    const states = new Set<string | null>();
    new MutationObserver(() => states.add(status.getAttribute('data-state'))).observe(status, {
      attributes: true,
    });
    let last = performance.now();
    const gaps = { longestMs: 0, pictures: 0 };
    const look = (): void => {
      const now = performance.now();
      gaps.longestMs = Math.max(gaps.longestMs, Math.round(now - last));
    };
    video.requestVideoFrameCallback(function shown() {
      video.requestVideoFrameCallback(shown);
      look();
      last = performance.now();
      gaps.pictures += 1;
    });
    return {
      /** With the gap that has not ended yet. */
      seen: () => {
        look();
        return { ...gaps, states: [...states].filter((state) => state !== 'live') };
      },
    };
  });
  return () => watching.evaluate(({ seen }) => seen());
}
