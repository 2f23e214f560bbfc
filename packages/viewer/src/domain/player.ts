import type { Ports } from './ports.ts';
import { isSameStatus, type Status } from './status.ts';
import type { StreamCounters } from './stream-counters.ts';
import { WatchSession } from './watch-session.ts';

/** What the page's buttons act on: idle, or one WatchSession. Reports each status once. */
export class Player {
  readonly #ports: Ports;
  readonly #onStatus: (status: Status) => void;
  #session: WatchSession | undefined;
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
    this.#session?.close();
    const name = streamId.trim();
    if (name === '') {
      this.#session = undefined;
      this.#report({ state: 'ended', why: 'bad-stream-id' });
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

  disconnect(): void {
    this.#session?.close();
    this.#session = undefined;
    this.#report({ state: 'idle' });
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
