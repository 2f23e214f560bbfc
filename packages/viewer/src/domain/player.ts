import type { Ports } from './ports.ts';
import { isSameStatus, type Status } from './status.ts';
import type { StreamCounters } from './stream-counters.ts';
import { WatchSession } from './watch-session.ts';

/** What the page's buttons act on: idle, or one WatchSession. Reports each status once. */
export class Player {
  readonly #ports: Ports;
  readonly #onStatus: (status: Status) => void;
  #session: WatchSession | undefined;
  /** Whose picture may be on the screen. */
  #streamId: string | undefined;
  #status: Status = { state: 'idle' };
  #visible: boolean;

  constructor(ports: Ports, options: { visible: boolean; onStatus: (status: Status) => void }) {
    this.#ports = ports;
    this.#visible = options.visible;
    this.#onStatus = options.onStatus;
  }

  get status(): Status {
    return this.#status;
  }

  /** Watches `streamId`, in place of what was watched before; with a token where the server asks for one. */
  connect(streamId: string, token?: string): void {
    const name = streamId.trim();
    this.#session?.close({ keepFrame: true });
    if (this.#streamId !== undefined && this.#streamId !== name) this.#ports.media.clear();
    this.#streamId = name;
    // Also where it then fails in the same way as before: that is told each time.
    this.#report({ state: 'connecting', step: 'server' });
    if (name === '') {
      this.#session = undefined;
      this.#report({ state: 'refused', why: 'bad-stream-id' });
      return;
    }
    this.#session = new WatchSession(this.#ports, {
      streamId: name,
      token,
      visible: this.#visible,
      onStatus: (status) => this.#report(status),
    });
    this.#session.start();
  }

  /** Ends the connection. The last frame stays until another stream is watched, as in a `<video>` that is paused. */
  pause(): void {
    this.#session?.close({ keepFrame: true });
    this.#session = undefined;
    this.#report({ state: 'idle' });
  }

  /** Ends the connection, and takes the picture off the screen. */
  disconnect(): void {
    this.pause();
    this.#ports.media.clear();
  }

  /** Of the connection whose picture is shown; undefined where there is none. */
  async counters(): Promise<StreamCounters | undefined> {
    return await this.#session?.counters();
  }

  /** The network came back, or is another one. */
  handleNetworkChange(): void {
    this.#session?.handleNetworkChange();
  }

  /** The page goes on after it was frozen, or is shown again after another one. */
  handleResume(): void {
    this.#session?.checkNow();
  }

  handleVisible(visible: boolean): void {
    this.#visible = visible;
    this.#session?.handleVisible(visible);
  }

  #report(status: Status): void {
    if (isSameStatus(status, this.#status)) return;
    this.#status = status;
    this.#onStatus(status);
  }
}
