import { type ClientMessage, decodeServerMessage, type ServerMessage } from '@perch/protocol';
import { Alarm } from './alarm.ts';
import { backoffMs, SERVER_BACKOFF, spreadMs } from './backoff.ts';
import type { Clock, Departure, OpenSocket, Random, Socket } from './ports.ts';

/** A phone that changes networks leaves a socket that never opens and never fails. */
const OPEN_WAIT_MS = 5_000;

/** A browser can't see WebSocket pings, so the page sends its own (SPEC.md, LIFE2). */
const PING_EVERY_MS = 5_000;

/** With PING_EVERY_MS before it: a server is silent for 10 s, then it is gone. */
const PONG_WAIT_MS = 5_000;

/** After a wake-up the person is looking at the page: decide sooner. */
const PONG_WAIT_AFTER_WAKE_MS = 2_000;

export type LinkState =
  | { readonly state: 'closed' }
  /** `attempt` is 0 as long as nothing has failed. */
  | { readonly state: 'opening'; readonly attempt: number }
  | { readonly state: 'open' }
  | { readonly state: 'down'; readonly attempt: number; readonly retryInMs: number };

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
  readonly #events: LinkEvents;
  readonly #retry: Alarm;
  readonly #openWait: Alarm;
  readonly #nextPing: Alarm;
  readonly #pongWait: Alarm;
  #socket: Socket | undefined;
  #state: LinkState = { state: 'closed' };
  #failures = 0;
  /** Old servers do not answer pings: only one that has done so may be judged by its silence. */
  #serverAnswersPings = false;
  #socketAnsweredPing = false;

  constructor(ports: { clock: Clock; random: Random; openSocket: OpenSocket }, events: LinkEvents) {
    this.#clock = ports.clock;
    this.#random = ports.random;
    this.#openSocket = ports.openSocket;
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
    this.#release('lost');
    this.#state = { state: 'opening', attempt: this.#failures };
    this.#openWait.set(OPEN_WAIT_MS, () => this.drop());
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
    this.#drop((failures) => backoffMs(failures, SERVER_BACKOFF, this.#random));
  }

  /** The server sends us away, and everyone else perhaps (SPEC.md, LIFE3): as `drop`, but not all at once. */
  giveWay(): void {
    this.#drop(() => spreadMs(SERVER_BACKOFF, this.#random));
  }

  #drop(pauseMs: (failures: number) => number): void {
    if (this.#state.state === 'closed' || this.#state.state === 'down') return;
    this.#release('lost');
    this.#failures += 1;
    const retryInMs = pauseMs(this.#failures);
    this.#state = { state: 'down', attempt: this.#failures, retryInMs };
    this.#retry.set(retryInMs, () => this.open());
    this.#events.onDown();
  }

  /** The network or the page came back: try or test at once, whatever the timers say. */
  checkNow(): void {
    switch (this.#state.state) {
      case 'down':
        this.open();
        break;
      case 'open':
        this.#ping(PONG_WAIT_AFTER_WAKE_MS);
        break;
      case 'opening':
      case 'closed':
        break;
      default:
        this.#state satisfies never;
    }
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
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close(how);
  }

  #handleOpen(): void {
    this.#openWait.clear();
    this.#state = { state: 'open' };
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
