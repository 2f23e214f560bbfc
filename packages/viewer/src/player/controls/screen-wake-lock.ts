import type { ReactiveController } from 'lit';
import type { PlayerHost } from '../host.ts';

/**
 * Keeps the device's screen on while a live picture is seen (W3C Screen Wake Lock). Only on https and localhost: elsewhere
 * browsers have none, and the screen goes dark as it always does.
 */
export class ScreenWakeLock implements ReactiveController {
  readonly #host: PlayerHost;
  #lock: Promise<WakeLockSentinel | undefined> | undefined;
  #listening = new AbortController();

  constructor(host: PlayerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    document.addEventListener('visibilitychange', () => this.hostUpdated(), { signal });
  }

  hostUpdated(): void {
    const isWanted = this.#host.isConnected && this.#host.status.state === 'live' && !document.hidden;
    if (isWanted) this.#lock ??= this.#request();
    else this.#release();
  }

  hostDisconnected(): void {
    this.#listening.abort();
    this.#release();
  }

  /** Refused when the battery is low, for one: the picture matters more. */
  #request(): Promise<WakeLockSentinel | undefined> | undefined {
    if (!('wakeLock' in navigator)) return undefined;
    const lock = navigator.wakeLock.request('screen').then(
      (sentinel) => {
        // The browser takes it back when the page is hidden.
        sentinel.addEventListener('release', () => {
          if (this.#lock === lock) this.#lock = undefined;
        });
        return sentinel;
      },
      () => {
        if (this.#lock === lock) this.#lock = undefined;
        return undefined;
      },
    );
    return lock;
  }

  #release(): void {
    const lock = this.#lock;
    this.#lock = undefined;
    lock?.then((sentinel) => sentinel?.release()).catch(() => undefined);
  }
}
