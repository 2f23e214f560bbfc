import type { ServerMessage, ServerMessageOf } from '@perch/protocol';
import { Alarm } from './alarm.ts';
import { judgeError } from './error-verdict.ts';
import { MediaKeeper } from './media-keeper.ts';
import type { Ports } from './ports.ts';
import { Room } from './room.ts';
import { ServerLink } from './server-link.ts';
import type { EndReason, Over, Status } from './status.ts';
import { statusOf } from './status-of.ts';
import type { StreamCounters } from './stream-counters.ts';
import { WakeWatch } from './wake-watch.ts';

/** A server that takes the socket but answers no `join` is not one that can help. */
const JOINED_WAIT_MS = 5_000;

/** An old server does not say when the camera comes (no JOIN3): ask again this often. */
const ASK_OLD_SERVER_EVERY_MS = 4_000;

/** Who was silent for longer has been given up by the server (SPEC.md, LIFE1). */
const FORGOTTEN_AFTER_MS = 15_000;

/**
 * One person watching one stream, from Connect to Disconnect: the conversation with the server. Owns the link, the place
 * in the room and what keeps the picture; link and media are mended without touching each other. What can't be mended ends
 * it, with the reason in `status`.
 */
export class WatchSession {
  readonly #ports: Ports;
  readonly #onStatus: (status: Status) => void;
  readonly #link: ServerLink;
  readonly #room: Room;
  readonly #media: MediaKeeper;
  readonly #joinedWait: Alarm;
  /** With an old server, while the camera is away. */
  readonly #askAgain: Alarm;
  readonly #wake: WakeWatch;
  #over: Over | undefined;
  #wasLive = false;
  #closed = false;

  constructor(
    ports: Ports,
    options: {
      streamId: string;
      /** The right to watch, where the server asks for one. */
      token?: string | undefined;
      visible: boolean;
      onStatus: (status: Status) => void;
    },
  ) {
    this.#ports = ports;
    this.#onStatus = options.onStatus;
    this.#joinedWait = new Alarm(ports.clock);
    this.#askAgain = new Alarm(ports.clock);
    this.#wake = new WakeWatch(ports.clock, (sleptMs) => this.#handleWake(sleptMs));
    this.#room = new Room(options);
    this.#media = new MediaKeeper(
      ports,
      { room: this.#room, visible: options.visible },
      {
        onAsk: () => this.#join(),
        onSend: (message) => this.#link.send(message),
        onMoving: () => this.#handleMoving(),
        onNoCodec: () => this.#end('not-acceptable'),
        onStill: () => this.#link.test(),
        onChange: () => this.#report(),
      },
    );
    this.#link = new ServerLink(ports, {
      onOpening: () => this.#report(),
      onOpen: () => this.#handleOpen(),
      onMessage: (message) => this.#handleMessage(message),
      onDown: () => this.#handleDown(),
    });
  }

  start(): void {
    if (!this.#ports.media.supported) {
      this.#end('no-webrtc');
      return;
    }
    this.#link.open();
    this.#wake.start();
  }

  checkNow(): void {
    if (this.#over || this.#closed) return;
    this.#wake.check();
    this.#link.checkNow();
  }

  /**
   * The network came back or is another one. A connection that still has a picture may be about to end: a new one is
   * asked for ahead of that. Where the socket is dead, nobody answers the `join`, and it is made anew.
   */
  handleNetworkChange(): void {
    this.checkNow();
    this.#media.askAhead();
  }

  handleVisible(visible: boolean): void {
    if (this.#closed) return;
    this.#media.setVisible(visible);
    if (visible) this.checkNow();
  }

  async counters(): Promise<StreamCounters | undefined> {
    const counters = await this.#media.counters();
    return counters && { ...counters, fullPixels: this.#room.fullPixels };
  }

  /**
   * Ends everything that the session owns, and takes the picture off the screen unless its last frame is to stay. Reports
   * nothing more.
   */
  close({ keepFrame = false } = {}): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#release({ keepFrame });
  }

  get status(): Status {
    return this.#over ?? statusOf({ link: this.#link.state, room: this.#room, media: this.#media.facts });
  }

  #report(): void {
    if (!this.#closed) this.#onStatus(this.status);
  }

  #release({ keepFrame }: { keepFrame: boolean }): void {
    this.#wake.stop();
    this.#link.close();
    this.#room.leave();
    this.#joinedWait.clear();
    this.#askAgain.clear();
    this.#media.close({ keepFrame });
  }

  #end(why: EndReason, detail?: string): void {
    this.#over = { state: this.#wasLive ? 'ended' : 'refused', why, ...(detail && { detail }) };
    // Who may watch no longer is left no picture either.
    this.#release({ keepFrame: false });
    this.#report();
  }

  #handleMoving(): void {
    this.#wasLive = true;
    this.#room.handleMoving();
  }

  #handleWake(sleptMs: number): void {
    const isForgotten = sleptMs > FORGOTTEN_AFTER_MS;
    this.#media.handleWake({ isForgotten });
    if (isForgotten) this.#link.renew();
    else this.#link.checkNow();
  }

  // The link

  /** Video that still moves is kept: the server is asked to take us back as who we were (SPEC.md, RESUME1). */
  #handleOpen(): void {
    this.#join({ resume: this.#media.isMoving });
  }

  #join({ resume } = { resume: false }): void {
    this.#link.send(this.#room.join({ resume }));
    this.#joinedWait.set(JOINED_WAIT_MS, () => this.#link.drop());
    this.#report();
  }

  #handleDown(): void {
    this.#room.leave();
    this.#joinedWait.clear();
    this.#askAgain.clear();
    this.#media.handleServerLost();
    this.#report();
  }

  #handleMessage(message: ServerMessage): void {
    switch (message.type) {
      case 'joined':
        this.#handleJoined(message);
        break;
      case 'offer':
        this.#handleOffer(message);
        break;
      case 'ice-candidate':
        this.#media.handleCandidate(message);
        break;
      case 'broadcaster-joined':
        this.#handleCameraJoined();
        break;
      case 'broadcaster-left':
        this.#handleCameraAbsent();
        break;
      case 'stream-state':
        this.#handleStreamState(message);
        break;
      case 'error':
        this.#handleError(message);
        break;
      case 'ice-servers':
        this.#handleIceServers(message);
        break;
      case 'answer':
      case 'pong':
      case 'registered':
      case 'snapshot-wanted':
      case 'viewer-joined':
      case 'viewer-left':
        break;
      default:
        message satisfies never;
    }
  }

  #handleJoined(message: ServerMessageOf<'joined'>): void {
    this.#link.settle();
    this.#joinedWait.clear();
    this.#room.handleJoined(message);
    this.#media.handleJoined(message);
    if (this.#room.camera === 'absent') this.#askOldServerLater();
    this.#report();
  }

  #handleOffer(message: ServerMessageOf<'offer'>): void {
    this.#room.handleOffer(message);
    this.#askAgain.clear();
    this.#media.handleOffer(message);
  }

  #handleIceServers(message: ServerMessageOf<'ice-servers'>): void {
    this.#media.handleIceServers(message);
    this.#report();
  }

  // The camera

  #handleCameraJoined(): void {
    this.#room.handleCameraJoined();
    this.#askAgain.clear();
    this.#media.handleCameraJoined();
    this.#report();
  }

  #handleCameraAbsent(): void {
    this.#room.handleCameraAbsent();
    this.#joinedWait.clear();
    this.#media.handleCameraAbsent();
    this.#askOldServerLater();
    this.#report();
  }

  #handleStreamState(message: ServerMessageOf<'stream-state'>): void {
    if (this.#room.handleStreamState(message)) this.#media.handleCameraRestarted();
    this.#report();
  }

  #askOldServerLater(): void {
    if (this.#room.tellsArrivals) return;
    this.#askAgain.set(ASK_OLD_SERVER_EVERY_MS, () => this.#join());
  }

  #handleError(message: ServerMessageOf<'error'>): void {
    const verdict = judgeError(message);
    switch (verdict.verdict) {
      case 'no-camera':
        this.#handleCameraAbsent();
        break;
      case 'server-leaves':
        this.#link.giveWay();
        break;
      case 'over':
        this.#end(verdict.why, verdict.detail);
        break;
      case 'one-message':
        break;
      default:
        verdict satisfies never;
    }
  }
}
