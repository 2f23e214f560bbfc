import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { watchSeen } from '../src/adapters/picture-seen.ts';

/** A page with one video, which tells of a frame when the test says so. */
class FakePage {
  readonly document = Object.assign(new EventTarget(), { hidden: false });
  readonly told: boolean[] = [];
  readonly leave = new AbortController();
  #callbacks: (() => void)[] = [];
  readonly #video = {
    requestVideoFrameCallback: (run: () => void) => this.#callbacks.push(run),
    getRootNode: () => this.#root,
  };
  readonly #root = Object.assign(new EventTarget(), {
    querySelector: () => this.#video,
    pictureInPictureElement: undefined as unknown,
  });

  watch() {
    const root = this.#root as unknown as ParentNode;
    watchSeen(root, (seen) => this.told.push(seen), this.leave.signal);
  }

  hide(hidden: boolean) {
    this.document.hidden = hidden;
    this.document.dispatchEvent(new Event('visibilitychange'));
  }

  pictureInPicture(isOn: boolean) {
    this.#root.pictureInPictureElement = isOn ? this.#video : undefined;
    this.#root.dispatchEvent(new Event(isOn ? 'enterpictureinpicture' : 'leavepictureinpicture'));
  }

  frame() {
    for (const run of this.#callbacks.splice(0)) run();
  }
}

let page: FakePage;

beforeEach(() => {
  page = new FakePage();
  vi.stubGlobal('document', page.document);
  page.watch();
});

afterEach(() => {
  vi.unstubAllGlobals();
});

test('a picture is seen with its page', () => {
  page.hide(true);
  page.frame();
  page.hide(false);
  expect(page.told).toEqual([true, false, true]);
});

test('one in picture-in-picture is seen above a hidden page, from the first frame that is told there', () => {
  page.pictureInPicture(true);
  page.hide(true);
  expect(page.told).toEqual([true, false]);
  page.frame();
  expect(page.told).toEqual([true, false, true]);
  page.pictureInPicture(false);
  expect(page.told).toEqual([true, false, true, false]);
});

test('it is not where the browser tells of no frames in a hidden page, and the page’s return is told once', () => {
  page.pictureInPicture(true);
  page.hide(true);
  page.hide(false);
  page.frame();
  expect(page.told).toEqual([true, false, true]);
});

test('one that left picture-in-picture before that frame is not seen', () => {
  page.pictureInPicture(true);
  page.hide(true);
  page.pictureInPicture(false);
  page.frame();
  expect(page.told).toEqual([true, false]);
});

test('nothing is told of a page that it left', () => {
  page.pictureInPicture(true);
  page.hide(true);
  page.leave.abort();
  page.frame();
  page.hide(false);
  expect(page.told).toEqual([true, false]);
});
