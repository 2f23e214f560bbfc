/** iOS phones have fullscreen for videos only, under an old name. */
interface IosVideo extends HTMLVideoElement {
  webkitEnterFullscreen?(): void;
}

/** Two touches of one picture within this time are one gesture. */
const DOUBLE_TAP_MS = 350;

/** Fingers do not hit the same pixel twice. */
const DOUBLE_TAP_PX = 40;

export interface FullscreenElements {
  readonly frame: HTMLElement;
  readonly video: HTMLVideoElement;
  readonly button: HTMLButtonElement;
}

/** The fullscreen button, key F and the double tap. Hides the button where the browser has no fullscreen at all. */
export function installFullscreen({ frame, video, button }: FullscreenElements): void {
  const toggle = fullscreenToggle(frame, video);
  button.hidden = toggle === undefined;
  if (toggle === undefined) return;
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
  document.addEventListener('fullscreenchange', () => {
    const label = document.fullscreenElement ? 'Leave fullscreen' : 'Fullscreen';
    button.setAttribute('aria-label', label);
    button.title = `${label} (F)`;
  });
}

function fullscreenToggle(frame: HTMLElement, video: IosVideo): (() => void) | undefined {
  if (typeof frame.requestFullscreen === 'function' && document.fullscreenEnabled) {
    return () => {
      const done = document.fullscreenElement ? document.exitFullscreen() : frame.requestFullscreen();
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
