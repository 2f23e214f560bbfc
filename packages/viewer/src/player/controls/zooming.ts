import type { ReactiveController } from 'lit';
import {
  bounded,
  NO_ZOOM,
  type Point,
  panBy,
  pinch,
  type View,
  viewOf,
  type Zoom,
  zoomBy,
} from '../../domain/zoom.ts';
import type { Command } from '../commands.ts';
import type { PlayerHost } from '../host.ts';

/** How much one pixel of a turned wheel zooms, as a logarithm: a notch of 100 is a fifth. */
const PER_WHEEL_PIXEL = 0.002;

/** A trackpad's pinch comes as a wheel with Ctrl, in steps of a few pixels. */
const PER_PINCH_PIXEL = 0.01;

/** What a browser that counts lines means by one. */
const LINE_PX = 16;

const KEY_FACTOR = 1.25;
const KEY_PAN_PX = 60;

/**
 * Zooms and moves the picture, by two fingers, the wheel, dragging and keys. Tells the style sheet by `--zoom` and
 * `data-zoomed` on the frame; the last frame of a stream that ended is moved like the video.
 */
export class Zooming implements ReactiveController {
  readonly #host: PlayerHost;
  #frame: HTMLElement | undefined;
  #zoom: Zoom = NO_ZOOM;
  readonly #pointers = new Map<number, Point>();
  readonly #size = new ResizeObserver(() => this.#set(bounded(this.#zoom, this.#view)));

  constructor(host: PlayerHost) {
    this.#host = host;
    host.addController(this);
  }

  /** 1 is the whole picture. */
  get scale(): number {
    return this.#zoom.scale;
  }

  hostConnected(): void {
    this.#size.observe(this.#host);
  }

  hostDisconnected(): void {
    this.#size.disconnect();
    this.#pointers.clear();
  }

  hostUpdated(): void {
    if (this.#host.status.state === 'idle') this.reset();
  }

  reset(): void {
    this.#set(NO_ZOOM);
  }

  /** Whether the command was for the zoom: an arrow key is left to the page where there is nothing to move. */
  handleCommand(command: Command): boolean {
    const middle = { x: 0, y: 0 };
    switch (command) {
      case 'zoom-reset':
        this.reset();
        return true;
      case 'zoom-in':
        this.#set(zoomBy(this.#zoom, KEY_FACTOR, middle, this.#view));
        return true;
      case 'zoom-out':
        this.#set(zoomBy(this.#zoom, 1 / KEY_FACTOR, middle, this.#view));
        return true;
      case 'pan-left':
        return this.#pan({ x: KEY_PAN_PX, y: 0 });
      case 'pan-right':
        return this.#pan({ x: -KEY_PAN_PX, y: 0 });
      case 'pan-up':
        return this.#pan({ x: 0, y: KEY_PAN_PX });
      case 'pan-down':
        return this.#pan({ x: 0, y: -KEY_PAN_PX });
      default:
        return false;
    }
  }

  /** Takes the gestures on the video. The last frame of a stream lets them through. */
  attach(frame: HTMLElement, video: HTMLVideoElement): void {
    this.#frame = frame;
    video.addEventListener('wheel', (event) => this.#handleWheel(event), { passive: false });
    video.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return;
      this.#pointers.set(event.pointerId, this.#pointOf(event));
      video.setPointerCapture(event.pointerId);
    });
    video.addEventListener('pointermove', (event) => this.#handleMove(event));
    for (const type of ['pointerup', 'pointercancel'] as const) {
      video.addEventListener(type, ({ pointerId }) => this.#pointers.delete(pointerId));
    }
    // Without this the browser scrolls or zooms the page, and takes the pointers away.
    const keep = (event: TouchEvent) => {
      if ((event.touches.length > 1 || this.scale > 1) && event.cancelable) event.preventDefault();
    };
    video.addEventListener('touchstart', keep, { passive: false });
    video.addEventListener('touchmove', keep, { passive: false });
    video.addEventListener('resize', () => this.#set(bounded(this.#zoom, this.#view)));
  }

  get #hasPicture(): boolean {
    return this.#frame !== undefined && this.#frame.getAttribute('data-picture') !== 'none';
  }

  get #view(): View {
    const { videoWidth: width = 0, videoHeight: height = 0 } = this.#host.videoElement ?? {};
    return viewOf({ width, height }, { width: this.#host.clientWidth, height: this.#host.clientHeight });
  }

  #pan(by: Point): boolean {
    if (this.scale === 1) return false;
    this.#set(panBy(this.#zoom, by, this.#view));
    return true;
  }

  #handleWheel(event: WheelEvent): void {
    // In a page that scrolls the wheel is the page's, until the picture is zoomed by other means.
    if (!this.#hasPicture || !(event.ctrlKey || this.scale > 1 || !this.#pageScrolls)) return;
    event.preventDefault();
    const pixels = event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE_PX : 1);
    const factor = Math.exp(-pixels * (event.ctrlKey ? PER_PINCH_PIXEL : PER_WHEEL_PIXEL));
    this.#set(zoomBy(this.#zoom, factor, this.#pointOf(event), this.#view));
  }

  get #pageScrolls(): boolean {
    const page = document.scrollingElement;
    return page !== null && page.scrollHeight > page.clientHeight && !this.#host.matches(':fullscreen');
  }

  #handleMove(event: PointerEvent): void {
    const before = this.#pointers.get(event.pointerId);
    if (before === undefined || !this.#hasPicture) return;
    const now = this.#pointOf(event);
    this.#pointers.set(event.pointerId, now);
    const [other, third] = [...this.#pointers].filter(([id]) => id !== event.pointerId);
    if (third !== undefined) return;
    if (other !== undefined) this.#set(pinch(this.#zoom, [before, other[1]], [now, other[1]], this.#view));
    else this.#pan({ x: now.x - before.x, y: now.y - before.y });
  }

  /** From the middle of the player. */
  #pointOf({ clientX, clientY }: MouseEvent): Point {
    const { left, top, width, height } = this.#host.getBoundingClientRect();
    return { x: clientX - left - width / 2, y: clientY - top - height / 2 };
  }

  #set(zoom: Zoom): void {
    const { scale, offset } = zoom;
    const before = this.#zoom;
    if (scale === before.scale && offset.x === before.offset.x && offset.y === before.offset.y) return;
    this.#zoom = zoom;
    this.#frame?.style.setProperty('--zoom', `translate(${offset.x}px, ${offset.y}px) scale(${scale})`);
    this.#frame?.toggleAttribute('data-zoomed', scale > 1);
    if (scale !== before.scale) this.#host.requestUpdate();
  }
}
