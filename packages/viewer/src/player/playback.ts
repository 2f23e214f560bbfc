import { browserMedia } from '../adapters/browser-media.ts';
import { browserPorts } from '../adapters/browser-ports.ts';
import { Screen, type ScreenElements } from '../adapters/screen.ts';
import { Player } from '../domain/player.ts';
import type { Media } from '../domain/ports.ts';
import type { Source } from '../domain/source.ts';
import type { Status } from '../domain/status.ts';
import type { StreamCounters } from '../domain/stream-counters.ts';

/** What an element plays with: the screen in it, and a Player of the server that it watches. */
export class Playback {
  readonly #screen: Screen;
  readonly #media: Media;
  readonly #onStatus: (status: Status) => void;
  #player: Player | undefined;
  /** The server that `#player` talks to. */
  #server: string | undefined;
  #visible = !document.hidden;

  constructor(elements: () => ScreenElements, onStatus: (status: Status) => void) {
    this.#screen = new Screen(elements);
    this.#media = browserMedia(this.#screen);
    this.#onStatus = onStatus;
  }

  connect({ server, streamId, token }: Source): void {
    this.#playerFor(server).connect(streamId, token);
  }

  /** The last frame stays. */
  pause(): void {
    this.#player?.pause();
  }

  disconnect(): void {
    this.#player?.pause();
    this.#media.clear();
  }

  /** What the browser refused to play by itself: only within the handler of a click or a key. */
  playByHand(): void {
    this.#screen.playByHand();
  }

  async counters(): Promise<StreamCounters | undefined> {
    return await this.#player?.counters();
  }

  /** Whether the person can see the picture. */
  handleVisible(visible: boolean): void {
    this.#visible = visible;
    this.#player?.handleVisible(visible);
  }

  handleResume(): void {
    this.#player?.handleResume();
  }

  handleNetworkChange(): void {
    this.#player?.handleNetworkChange();
  }

  #playerFor(server: string): Player {
    if (this.#player !== undefined && this.#server === server) return this.#player;
    const before = this.#player;
    const player = new Player(browserPorts(server, this.#media), {
      visible: this.#visible,
      onStatus: (status) => {
        if (this.#player === player) this.#onStatus(status);
      },
    });
    this.#server = server;
    this.#player = player;
    // Unheard from here: nothing pauses, another server takes over.
    before?.disconnect();
    return player;
  }
}
