/** A world for the viewer's domain: a manual clock, sockets and media that do what a test tells them. */
import type { ClientMessage, IceServer } from '@perch/protocol';
import { Player } from '../src/domain/player.ts';
import type {
  Candidate,
  Clock,
  Departure,
  MediaConnection,
  MediaEvents,
  Route,
  ServerReach,
  Socket,
  SocketEvents,
} from '../src/domain/ports.ts';
import type { Status } from '../src/domain/status.ts';
import { countersOf, pathOf } from './fake-counters.ts';

export const STREAM = 'garden';
export const OFFER = [
  'v=0',
  'o=- 1 1 IN IP4 0.0.0.0',
  's=-',
  't=0 0',
  'm=video 9 UDP/TLS/RTP/SAVPF 102',
  'a=ice-ufrag:abcd',
  'a=ice-pwd:abcdefghijklmnopqrstuvwx',
  `a=fingerprint:sha-256 ${Array.from({ length: 32 }, () => 'AB').join(':')}`,
  '',
].join('\r\n');
export const candidate = (port: number): Candidate => ({
  candidate: `candidate:1 1 udp 2122260223 10.0.0.1 ${port} typ host`,
  sdpMid: 'video',
  sdpMLineIndex: 0,
});

export class ManualClock implements Clock {
  #now = 0;
  #sleptMs = 0;
  readonly timers = new Set<{ at: number; run: () => void }>();

  now() {
    return this.#now;
  }

  /** Goes on while the device sleeps. */
  timeOfDay() {
    return this.#now + this.#sleptMs;
  }

  /** As a device that sleeps: no timer runs, and the clock that they go by stands still. */
  sleep(ms: number) {
    this.#sleptMs += ms;
  }

  after(ms: number, run: () => void) {
    const timer = { at: this.#now + ms, run };
    this.timers.add(timer);
    return () => void this.timers.delete(timer);
  }

  /** Runs what falls due, in order, and lets promises settle after each. */
  async advance(ms: number) {
    const end = this.#now + ms;
    for (;;) {
      const next = [...this.timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.timers.delete(next);
      this.#now = next.at;
      next.run();
      await settle();
    }
    this.#now = end;
    await settle();
  }
}

/** Lets every promise that can settle do so. */
export const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

export class FakeSocket implements Socket {
  readonly sent: ClientMessage[] = [];
  readonly events: SocketEvents;
  closed: Departure | undefined;

  constructor(events: SocketEvents) {
    this.events = events;
  }

  send(text: string) {
    this.sent.push(JSON.parse(text));
  }

  close(how: Departure) {
    this.closed = how;
  }

  receive(message: object) {
    this.events.onText(JSON.stringify(message));
  }

  sentOf<T extends ClientMessage['type']>(type: T) {
    return this.sent.filter(
      (message): message is Extract<ClientMessage, { type: T }> => message.type === type,
    );
  }
}

export class FakeConnection implements MediaConnection {
  readonly iceServers: readonly IceServer[];
  readonly events: MediaEvents;
  readonly candidates: Candidate[] = [];
  offer: string | undefined;
  closed = false;
  isRoute: Route | undefined = undefined;
  #resolve: ((sdp: string) => void) | undefined;
  #reject: ((error: Error) => void) | undefined;

  constructor(iceServers: readonly IceServer[], events: MediaEvents) {
    this.iceServers = iceServers;
    this.events = events;
  }

  answer(sdp: string) {
    this.offer = sdp;
    return new Promise<string>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  addCandidate(added: Candidate) {
    this.candidates.push(added);
  }

  counters() {
    const kind = this.isRoute === 'relayed' ? 'relay' : 'host';
    return Promise.resolve(this.isRoute && countersOf(pathOf({ kind })));
  }

  close() {
    this.closed = true;
  }

  async answers(sdp = OFFER) {
    this.#resolve?.(sdp);
    await settle();
  }

  async refuses() {
    this.#reject?.(new Error('no codec'));
    await settle();
  }
}

export class FakeWorld {
  readonly clock = new ManualClock();
  readonly sockets: FakeSocket[] = [];
  readonly connections: FakeConnection[] = [];
  readonly statuses: Status[] = [];
  readonly fetches: AbortSignal[] = [];
  readonly player: Player;
  random = 0.5;
  supported = true;
  fetched: () => Promise<readonly IceServer[]> = () => Promise.resolve([]);
  screenCleared = 0;
  probed: () => Promise<ServerReach> = () => Promise.resolve('away');
  probes = 0;

  constructor() {
    const world = this;
    this.player = new Player(
      {
        clock: this.clock,
        random: () => this.random,
        openSocket: (events) => {
          const socket = new FakeSocket(events);
          this.sockets.push(socket);
          return socket;
        },
        probeServer: () => {
          this.probes += 1;
          return this.probed();
        },
        media: {
          get supported() {
            return world.supported;
          },
          open: (iceServers, events) => {
            const connection = new FakeConnection(iceServers, events);
            this.connections.push(connection);
            return connection;
          },
          clear: () => {
            this.screenCleared += 1;
          },
        },
        fetchIceServers: (signal) => {
          this.fetches.push(signal);
          return this.fetched();
        },
      },
      { visible: true, onStatus: (status) => this.statuses.push(status) },
    );
  }

  get status() {
    return this.player.status;
  }

  get socket() {
    return this.sockets.at(-1)!;
  }

  get media() {
    return this.connections.at(-1)!;
  }

  get joins() {
    return this.sockets.flatMap((socket) => socket.sentOf('join'));
  }

  open() {
    this.socket.events.onOpen();
  }

  joined(more: object = {}) {
    this.socket.receive({
      type: 'joined',
      viewer_id: `viewer-${this.joins.length}`,
      stream_id: STREAM,
      ice_servers: [],
      ...more,
    });
  }

  async offer() {
    this.socket.receive({ type: 'offer', from: STREAM, sdp: OFFER });
    await settle();
  }

  frame() {
    this.media.events.onFrame();
  }

  /** Frames at 25 a second for as long as `ms`. */
  async play(ms: number) {
    for (let at = 0; at < ms; at += 40) {
      this.frame();
      await this.clock.advance(40);
    }
  }

  /** Connect, as far as the offer's answer. */
  async goToMedia(joined: object = {}) {
    this.player.connect(STREAM);
    this.open();
    this.joined(joined);
    await this.offer();
    await this.media.answers();
  }

  async goLive(joined: object = {}) {
    await this.goToMedia(joined);
    this.frame();
  }

  loseSocket() {
    this.socket.events.onClosed();
  }
}
