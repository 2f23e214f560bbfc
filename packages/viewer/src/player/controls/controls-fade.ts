import type { ReactiveController } from 'lit';
import { browserClock } from '../../adapters/browser-clock.ts';
import { Fade } from '../../domain/fade.ts';
import type { PlayerHost } from '../host.ts';

/**
 * When the controls are seen. They stay while nothing plays, while the keyboard's focus or the mouse is on one of them, and
 * while a drawer is open. A focus that a finger or a click left behind does not hold them: it would do so for ever.
 */
export class ControlsFade implements ReactiveController {
  readonly #host: PlayerHost;
  readonly #isBusy: () => boolean;
  readonly #fade: Fade;
  #listening = new AbortController();
  #lastMove = '';
  #isOnControls = false;

  constructor(host: PlayerHost, isBusy: () => boolean) {
    this.#host = host;
    this.#isBusy = isBusy;
    this.#fade = new Fade(browserClock, () => host.requestUpdate());
    host.addController(this);
  }

  get areShown(): boolean {
    return this.#fade.shown;
  }

  hostConnected(): void {
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    const host = this.#host;
    host.addEventListener('pointermove', (event) => this.#handleMove(event), { signal });
    host.addEventListener('pointerdown', (event) => this.#handleDown(event), { signal });
    host.addEventListener('pointerleave', () => this.#setOnControls(false), { signal });
    host.addEventListener('keydown', () => this.show(), { signal });
    host.addEventListener('wheel', () => this.show(), { signal, passive: true });
    for (const type of ['focusin', 'focusout']) {
      // What has the focus afterwards is known once the event is over.
      host.addEventListener(type, () => queueMicrotask(() => this.#handleFocus()), { signal });
    }
  }

  hostUpdated(): void {
    this.#fade.hold(this.#mustStay);
  }

  hostDisconnected(): void {
    this.#listening.abort();
    this.#fade.close();
  }

  show(): void {
    this.#fade.show();
  }

  /** A finger on the picture brings them, and takes them away again. */
  handleTap(pointerType: string): void {
    if (pointerType === 'mouse') return;
    if (this.#fade.shown) this.#fade.hide();
    else this.#fade.show();
  }

  get #mustStay(): boolean {
    return (
      this.#host.status.state !== 'live' ||
      this.#isBusy() ||
      this.#isOnControls ||
      this.#host.renderRoot.querySelector('.chrome :focus-visible') !== null
    );
  }

  #handleFocus(): void {
    this.#fade.hold(this.#mustStay);
    this.show();
  }

  #handleMove(event: PointerEvent): void {
    if (event.pointerType === 'touch') return;
    // Browsers report moves of a mouse that rests, when what is under it changes.
    const place = `${event.clientX} ${event.clientY}`;
    if (place === this.#lastMove) return;
    this.#lastMove = place;
    this.#setOnControls(isOnControls(event));
    this.show();
  }

  #handleDown(event: PointerEvent): void {
    // On the picture, a touch counts once it is known to be a tap.
    if (event.pointerType === 'mouse' || isOnControls(event)) this.show();
  }

  #setOnControls(isOn: boolean): void {
    this.#isOnControls = isOn;
    this.#fade.hold(this.#mustStay);
  }
}

function isOnControls(event: PointerEvent): boolean {
  return event.composedPath().some((part) => part instanceof Element && part.matches('.chrome'));
}
