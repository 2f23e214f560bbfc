import {
  type ClientMessage,
  decodeServerMessage,
  type IceServer,
  type ServerMessage,
  type ServerMessageOf,
  toErrorCode,
} from '@perch/protocol';
import { offeredVideoCodecs } from '../codec-match.ts';
import { judgeError } from '../error-verdict.ts';
import type { MediaConnection, MediaEvents, Ports, Socket, SocketEvents } from '../ports.ts';
import type { StreamCounters } from '../stream-counters.ts';
import { type CheckFacts, MOVING_FRAMES, noFacts } from './check-facts.ts';

/**
 * Writes down what an ordinary session does with its ports, by standing between the two: changes nothing, delays nothing.
 * The camera's candidates are those of the newest offer.
 */
export class Recorder {
  readonly facts: CheckFacts = noFacts();
  readonly #ports: Ports;
  readonly #onChange: () => void;
  readonly #onIceServers: (servers: readonly IceServer[]) => void;
  readonly #beganAt: number;
  #connection: MediaConnection | undefined;

  constructor(
    ports: Ports,
    events: { onChange: () => void; onIceServers: (servers: readonly IceServer[]) => void },
  ) {
    this.#ports = ports;
    this.#onChange = events.onChange;
    this.#onIceServers = events.onIceServers;
    this.#beganAt = ports.clock.now();
  }

  get elapsedMs(): number {
    return this.#ports.clock.now() - this.#beganAt;
  }

  /** For the session whose doings are to be written down. */
  get ports(): Ports {
    const { openSocket, media, fetchIceServers } = this.#ports;
    return {
      ...this.#ports,
      openSocket: (events) => this.#recordSocket(openSocket, events),
      media: {
        supported: media.supported,
        open: (iceServers, events) => this.#recordConnection(media.open(iceServers, this.#recorded(events))),
        clear: () => media.clear(),
      },
      fetchIceServers: async (signal) => {
        const servers = await fetchIceServers(signal);
        this.#handleIceServers(servers);
        return servers;
      },
    };
  }

  /** Reads what the newest connection counted. */
  async readCounters(): Promise<void> {
    const counters = await this.#connection?.counters();
    if (counters !== undefined) this.#handleCounters(counters);
  }

  // The WebSocket

  #recordSocket(openSocket: Ports['openSocket'], events: SocketEvents): Socket {
    const { facts } = this;
    let isOpen = false;
    let isOver = false;
    const handleEnd = () => {
      if (!isOpen && !isOver) facts.socketFailures += 1;
      isOver = true;
      this.#onChange();
    };
    const socket = openSocket({
      onOpen: () => {
        isOpen = true;
        facts.openedAtMs ??= this.elapsedMs;
        events.onOpen();
        this.#onChange();
      },
      onText: (text) => {
        const decoded = decodeServerMessage(text);
        if (decoded.ok) this.#handleMessage(decoded.value);
        events.onText(text);
        this.#onChange();
      },
      onClosed: () => {
        handleEnd();
        events.onClosed();
      },
    });
    return {
      send: (text) => {
        if ((JSON.parse(text) as ClientMessage).type === 'answer') facts.answeredAtMs ??= this.elapsedMs;
        socket.send(text);
      },
      close: (how) => {
        if (how === 'lost') handleEnd();
        socket.close(how);
      },
    };
  }

  #handleMessage(message: ServerMessage): void {
    const { facts } = this;
    switch (message.type) {
      case 'joined':
        facts.joinedAtMs ??= this.elapsedMs;
        facts.noRelay = message.turn_unavailable;
        this.#handleIceServers(message.ice_servers);
        break;
      case 'ice-servers':
        facts.noRelay = message.turn_unavailable;
        this.#handleIceServers(message.ice_servers);
        break;
      case 'broadcaster-joined':
        this.#handleCamera('present');
        break;
      case 'broadcaster-left':
        this.#handleCamera('absent');
        break;
      case 'stream-state':
        this.#handleCamera(message.state === 'camera-restarting' ? 'restarting' : 'present');
        break;
      case 'offer':
        this.#handleOffer(message);
        break;
      case 'ice-candidate':
        this.#handleTheirCandidate(message.candidate);
        break;
      case 'error':
        this.#handleError(message);
        break;
      default:
        // What else there is says nothing about this viewer.
        break;
    }
  }

  #handleIceServers(servers: readonly IceServer[] | undefined): void {
    if (servers === undefined) return;
    this.facts.iceServers = servers;
    this.#onIceServers(servers);
  }

  #handleCamera(camera: CheckFacts['camera']): void {
    this.facts.camera = camera;
    this.facts.cameraAtMs = this.elapsedMs;
  }

  #handleOffer({ sdp }: ServerMessageOf<'offer'>): void {
    const { facts } = this;
    if (facts.camera !== 'restarting') this.#handleCamera('present');
    facts.offerAtMs ??= this.elapsedMs;
    facts.offeredCodecs = offeredVideoCodecs(sdp);
    facts.theirs.clear();
    for (const [line] of sdp.matchAll(/^a=candidate:.*$/gmu)) this.#handleTheirCandidate(line);
  }

  #handleTheirCandidate(candidate: string): void {
    const [, type] = / typ (\w+)/u.exec(candidate) ?? [];
    if (type === undefined) return;
    const { facts } = this;
    facts.theirs.set(type, (facts.theirs.get(type) ?? 0) + 1);
    facts.theirsAtMs ??= this.elapsedMs;
  }

  #handleError(error: ServerMessageOf<'error'>): void {
    const { verdict } = judgeError(error);
    if (verdict === 'no-camera') this.#handleCamera('absent');
    if (verdict === 'over' || verdict === 'server-leaves')
      this.facts.refusal = { code: toErrorCode(error.code), atMs: this.elapsedMs };
  }

  // The media

  #recorded(events: MediaEvents): MediaEvents {
    const { facts } = this;
    return {
      ...events,
      onConnection: (state) => {
        if (state === 'connected') facts.dtlsAtMs ??= this.elapsedMs;
        if (state === 'failed') facts.connectionFailedAtMs = this.elapsedMs;
        events.onConnection(state);
        this.#onChange();
      },
      onFrame: () => {
        facts.frameAtMs ??= this.elapsedMs;
        facts.framesShown += 1;
        facts.isPlayRefused = false;
        events.onFrame();
        if (facts.framesShown <= MOVING_FRAMES) this.#onChange();
      },
      onBlocked: (blocked) => {
        facts.isPlayRefused = blocked;
        events.onBlocked(blocked);
        this.#onChange();
      },
    };
  }

  #recordConnection(connection: MediaConnection): MediaConnection {
    this.#connection = connection;
    return {
      answer: async (sdp) => {
        try {
          return await connection.answer(sdp);
        } catch (error) {
          this.facts.offerFailedAtMs = this.elapsedMs;
          throw error;
        }
      },
      addCandidate: (candidate) => connection.addCandidate(candidate),
      counters: () => connection.counters(),
      close: () => {
        if (this.#connection === connection) this.#connection = undefined;
        connection.close();
      },
    };
  }

  #handleCounters({ setup, path, video }: StreamCounters): void {
    const { facts } = this;
    facts.pairsTried = Math.max(facts.pairsTried, setup.pairsTried);
    if (setup.pairsAnswered > 0) facts.pairAtMs ??= this.elapsedMs;
    if (facts.pairAtMs !== undefined) facts.path = path ?? facts.path;
    if (setup.dtls === 'connected') facts.dtlsAtMs ??= this.elapsedMs;
    if (setup.dtls === 'failed') facts.hasDtlsFailed = true;
    facts.packets = Math.max(facts.packets, video?.packets ?? 0);
    if (facts.packets > 0) facts.packetAtMs ??= this.elapsedMs;
    facts.codec = video?.codec ?? facts.codec;
    this.#onChange();
  }
}
