import { type ClientMessage, decodeServerMessage, type ServerMessage } from '@perch/protocol';
import { Alarm } from './alarm.ts';
import { backoffMs, LONG_LOST_BACKOFF, MIN_BACKOFF_MS, SERVER_BACKOFF, spreadMs } from './backoff.ts';
import type { Clock, Departure, OpenSocket, ProbeServer, Random, Socket } from './ports.ts';

/**
 * A phone that changes networks leaves a socket that never opens and never fails. Most systems knock after 0, 1, 3 and 7 s:
 * given up between the last two, the next try knocks no later than this one would have.
 */
const OPEN_WAIT_MS = 4_000;

/** One that began before the network was back may have nothing to go by; one that has just begun is let be. */
const STALE_TRY_MS = 500;

/**
 * Chromium holds a WebSocket back, in the end for seconds, where a dozen of the page failed within minutes. So after a few
 * tries the server is looked for by HTTP first...
 */
const SOCKETS_AT_FIRST = 3;

/** ...and by WebSocket again now and then: the rules of a page that is not ours may allow nothing else. */
const SOCKET_EVERY_MS = 30_000;

const LONG_LOST_MS = 60_000;

/** A browser can't see WebSocket pings, so the page sends its own (SPEC.md, LIFE2). */
const PING_EVERY_MS = 5_000;

/** With PING_EVERY_MS before it: a server is silent for 10 s, then it is gone. */
const PONG_WAIT_MS = 5_000;

/** After a wake-up the person is looking at the page: decide sooner. */
const PONG_WAIT_AFTER_WAKE_MS = 2_000;

export type LinkState =
  | { readonly state: 'closed' }
  /** `attempt` is 0 as long as nothing has failed. */
  | { readonly state: 'opening'; readonly attempt: number; readonly refusesPage: boolean }
  | { readonly state: 'open' }
  | {
      readonly state: 'down';
      readonly attempt: number;
      readonly retryInMs: number;
      /** As far as is known, the server is there, and lets pages of this origin use nothing. */
      readonly refusesPage: boolean;
    };

export interface LinkEvents {
  /** A socket is open. What is sent from here leaves in the same tick. */
  onOpen(): void;
  onMessage(message: ServerMessage): void;
  /** The socket is gone, or did not open; another try is planned. */
  onDown(): void;
  /** A try has begun. */
  onOpening(): void;
}

/**
 * The connection to the signaling server, as one that is there until `close()`. Owns one WebSocket at a time,
 * replaces it when it is lost or silent. Frames that the protocol does not know are dropped (SPEC.md, WIRE11).
 */
export class ServerLink {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #openSocket: OpenSocket;
  readonly #probeServer: ProbeServer;
  readonly #events: LinkEvents;
  readonly #retry: Alarm;
  readonly #openWait: Alarm;
  readonly #nextPing: Alarm;
  readonly #pongWait: Alarm;
  #socket: Socket | undefined;
  #state: LinkState = { state: 'closed' };
  #probe: AbortController | undefined;
  #failures = 0;
  /** Of the first failure in a row. */
  #lostAt = 0;
  #tryBeganAt = 0;
  #socketTriedAt = 0;
  #refusesPage = false;
  #wasOpen = false;
  /** Old servers do not answer pings: only one that has done so may be judged by its silence. */
  #serverAnswersPings = false;
  #socketAnsweredPing = false;

  constructor(
    ports: { clock: Clock; random: Random; openSocket: OpenSocket; probeServer: ProbeServer },
    events: LinkEvents,
  ) {
    this.#clock = ports.clock;
    this.#random = ports.random;
    this.#openSocket = ports.openSocket;
    this.#probeServer = ports.probeServer;
    this.#events = events;
    this.#retry = new Alarm(this.#clock);
    this.#openWait = new Alarm(this.#clock);
    this.#nextPing = new Alarm(this.#clock);
    this.#pongWait = new Alarm(this.#clock);
  }

  get state(): LinkState {
    return this.#state;
  }

  open(): void {
    this.#begin();
    this.#socketTriedAt = this.#clock.now();
    let socket: Socket | undefined;
    const isCurrent = () => socket !== undefined && this.#socket === socket;
    try {
      socket = this.#openSocket({
        onOpen: () => isCurrent() && this.#handleOpen(),
        onText: (text) => isCurrent() && this.#handleText(text),
        onClosed: () => isCurrent() && this.drop(),
      });
    } catch {
      this.drop();
      return;
    }
    this.#socket = socket;
    this.#events.onOpening();
  }

  #begin(): void {
    this.#release('lost');
    this.#state = { state: 'opening', attempt: this.#failures, refusesPage: this.#refusesPage };
    this.#tryBeganAt = this.#clock.now();
    this.#openWait.set(OPEN_WAIT_MS, () => this.drop());
  }

  #tryAgain(): void {
    const isSocketDue = this.#clock.now() - this.#socketTriedAt >= SOCKET_EVERY_MS;
    if (this.#failures < SOCKETS_AT_FIRST || isSocketDue) this.open();
    else void this.#lookForServer();
  }

  async #lookForServer(): Promise<void> {
    this.#begin();
    const probe = new AbortController();
    this.#probe = probe;
    this.#events.onOpening();
    const reach = await this.#probeServer(probe.signal);
    if (probe.signal.aborted) return;
    // Who was let in before is not refused: a proxy answers for a server that is away.
    this.#refusesPage = reach === 'refuses-page' && !this.#wasOpen;
    if (reach === 'there') this.open();
    else this.drop();
  }

  /** Sends if there is an open socket; a message for a lost one has no meaning on the next. */
  send(message: ClientMessage): void {
    if (this.#state.state === 'open') this.#socket?.send(JSON.stringify(message));
  }

  /** The server has taken us in: the next loss is a new story, and is answered fast again. */
  settle(): void {
    this.#failures = 0;
  }

  /**
   * Gives up the socket and plans another. A silent socket may still deliver what it is closed with, and before the next
   * one is open: had we `left`, the broadcaster would end our media.
   */
  drop(): void {
    this.#drop((failures) => {
      const now = this.#clock.now();
      if (failures === 1) this.#lostAt = now;
      const backoff = now - this.#lostAt < LONG_LOST_MS ? SERVER_BACKOFF : LONG_LOST_BACKOFF;
      // What a try that hung has waited already is not waited again.
      const waitedMs = this.#state.state === 'opening' ? now - this.#tryBeganAt : 0;
      return Math.max(MIN_BACKOFF_MS, backoffMs(failures, backoff, this.#random) - waitedMs);
    });
  }

  /** The server sends us away, and everyone else perhaps (SPEC.md, LIFE3): as `drop`, but not all at once. */
  giveWay(): void {
    this.#drop(() => spreadMs(this.#random));
  }

  #drop(pauseMs: (failures: number) => number): void {
    if (this.#state.state === 'closed' || this.#state.state === 'down') return;
    this.#failures += 1;
    const retryInMs = pauseMs(this.#failures);
    this.#release('lost');
    this.#state = { state: 'down', attempt: this.#failures, retryInMs, refusesPage: this.#refusesPage };
    this.#retry.set(retryInMs, () => this.#tryAgain());
    this.#events.onDown();
  }

  /** The network or the page came back: try or test at once, whatever the timers say. */
  checkNow(): void {
    switch (this.#state.state) {
      case 'down':
        this.open();
        break;
      case 'open':
        this.test();
        break;
      case 'opening':
        if (this.#clock.now() - this.#tryBeganAt > STALE_TRY_MS) this.open();
        break;
      case 'closed':
        break;
      default:
        this.#state satisfies never;
    }
  }

  /** Is the server still there? Where no socket is open, the tries go on as planned: many may ask this at a time. */
  test(): void {
    if (this.#state.state === 'open') this.#ping(PONG_WAIT_AFTER_WAKE_MS);
  }

  /** The server has given us up meanwhile, and no word of it may ever come: another socket at once. */
  renew(): void {
    if (this.#state.state === 'closed') return;
    this.drop();
    this.open();
  }

  close(): void {
    this.#release('left');
    this.#state = { state: 'closed' };
  }

  #release(how: Departure): void {
    this.#retry.clear();
    this.#openWait.clear();
    this.#nextPing.clear();
    this.#pongWait.clear();
    this.#probe?.abort();
    this.#probe = undefined;
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close(how);
  }

  #handleOpen(): void {
    this.#openWait.clear();
    this.#state = { state: 'open' };
    this.#refusesPage = false;
    this.#wasOpen = true;
    this.#socketAnsweredPing = false;
    this.#nextPing.set(PING_EVERY_MS, () => this.#ping(PONG_WAIT_MS));
    this.#events.onOpen();
  }

  #handleText(text: string): void {
    this.#pongWait.clear();
    const decoded = decodeServerMessage(text);
    if (!decoded.ok) return;
    if (decoded.value.type === 'pong') {
      this.#serverAnswersPings = true;
      this.#socketAnsweredPing = true;
    } else {
      this.#events.onMessage(decoded.value);
    }
  }

  #ping(waitMs: number): void {
    this.send({ type: 'ping' });
    this.#nextPing.set(PING_EVERY_MS, () => this.#ping(PONG_WAIT_MS));
    if (!this.#serverAnswersPings) return;
    if (this.#pongWait.isSet && waitMs >= PONG_WAIT_MS) return;
    this.#pongWait.set(waitMs, () => {
      // The server may have been replaced by an old one: don't hold the silence of the new one against it twice.
      if (!this.#socketAnsweredPing) this.#serverAnswersPings = false;
      this.drop();
    });
  }
}
