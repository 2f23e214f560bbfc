/** Two touches of one picture within this time are one gesture. */
const DOUBLE_TAP_MS = 350;

/** Fingers do not hit the same pixel twice. */
const DOUBLE_TAP_PX = 40;

/** What moves further than this between down and up is a drag. */
const TAP_PX = 10;

/** A finger that rests is no tap. */
const TAP_MS = 500;

export interface TapEvents {
  /** At once: the first of two comes as one too. */
  onTap(pointerType: string): void;
  onDoubleTap(): void;
}

/** `click` and `dblclick` do not come from touches alike in every browser; pointer events do. */
export function watchTaps(target: HTMLElement, { onTap, onDoubleTap }: TapEvents): void {
  let down: PointerEvent | undefined;
  let last: PointerEvent | undefined;
  target.addEventListener('pointerdown', (event) => {
    // A second finger makes it a pinch.
    down = event.isPrimary && event.button === 0 ? event : undefined;
  });
  target.addEventListener('pointerup', (event) => {
    if (down === undefined || !isNear(down, event, TAP_MS, TAP_PX)) {
      last = undefined;
      return;
    }
    down = undefined;
    const isDouble = last !== undefined && isNear(last, event, DOUBLE_TAP_MS, DOUBLE_TAP_PX);
    last = isDouble ? undefined : event;
    if (isDouble) onDoubleTap();
    else onTap(event.pointerType);
  });
  // Else the click that follows a touch falls on the button that the tap has just brought.
  target.addEventListener('touchend', (event) => event.cancelable && event.preventDefault());
}

function isNear(a: PointerEvent, b: PointerEvent, ms: number, px: number): boolean {
  return b.timeStamp - a.timeStamp < ms && Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY) < px;
}
