import type { Text } from '../text/text.ts';

/** iOS phones have fullscreen for videos only, under an old name. */
interface IosVideo extends HTMLVideoElement {
  webkitEnterFullscreen?(): void;
}

/** Two touches of one picture within this time are one gesture. */
const DOUBLE_TAP_MS = 350;

/** Fingers do not hit the same pixel twice. */
const DOUBLE_TAP_PX = 40;

export interface FullscreenElements {
  /** What fills the screen. */
  readonly host: HTMLElement;
  readonly video: HTMLVideoElement;
  readonly button: HTMLButtonElement;
}

/** The fullscreen button, key F and the double tap. Removes the button where the browser has no fullscreen at all. */
export function installFullscreen(
  { host, video, button }: FullscreenElements,
  words: Pick<Text['player'], 'fullscreen' | 'leaveFullscreen'>,
): void {
  const toggle = fullscreenToggle(host, video);
  if (toggle === undefined) {
    button.remove();
    return;
  }
  button.addEventListener('click', toggle);
  document.addEventListener('keydown', (event) => {
    if (event.key.toLowerCase() !== 'f' || event.ctrlKey || event.metaKey || event.altKey || event.repeat)
      return;
    if (!(event.target instanceof HTMLInputElement)) toggle();
  });
  // `dblclick` does not come from touches in every browser; pointer events do.
  let last: PointerEvent | undefined;
  video.addEventListener('pointerup', (event) => {
    const isDouble =
      last !== undefined &&
      event.timeStamp - last.timeStamp < DOUBLE_TAP_MS &&
      Math.hypot(event.clientX - last.clientX, event.clientY - last.clientY) < DOUBLE_TAP_PX;
    last = isDouble ? undefined : event;
    if (isDouble) toggle();
  });
  const name = () => {
    const label = document.fullscreenElement === host ? words.leaveFullscreen : words.fullscreen;
    button.setAttribute('aria-label', label);
    button.title = `${label} (F)`;
  };
  document.addEventListener('fullscreenchange', name);
  name();
}

function fullscreenToggle(host: HTMLElement, video: IosVideo): (() => void) | undefined {
  if (typeof host.requestFullscreen === 'function' && document.fullscreenEnabled) {
    return () => {
      const done = document.fullscreenElement ? document.exitFullscreen() : host.requestFullscreen();
      done.catch(() => undefined);
    };
  }
  if (typeof video.webkitEnterFullscreen === 'function') {
    return () => {
      // It throws as long as there is no video.
      if (video.readyState > 0) video.webkitEnterFullscreen?.();
    };
  }
  return undefined;
}
