import type { IceServer, ServerMessage, ServerMessageOf } from '@perch/protocol';
import { Broadcaster } from '../../src/domain/broadcaster.ts';
import type { StreamerError } from '../../src/domain/streamer-error.ts';
import { ANSWER, FakeLink, memoryLog, Studio } from './fakes.ts';

export const TURN: IceServer = { urls: ['turn:turn.example:3478'], username: 'u', credential: 'p' };

/** A broadcaster that registered, with a server that a test plays. */
export class Station {
  readonly studio = new Studio();
  readonly transports = this.studio.transports;
  readonly failures: StreamerError[] = [];
  readonly memory = memoryLog();
  readonly iceServers: (readonly IceServer[])[] = [];
  registered = 0;
  asked = 0;
  /** What the HTTP request resolves with. */
  httpAnswer: Promise<readonly IceServer[]> = Promise.resolve([TURN]);
  link = new FakeLink();
  readonly broadcaster: Broadcaster;

  constructor(iceServers: readonly IceServer[] | 'old server' = [], token?: string) {
    this.broadcaster = new Broadcaster(
      {
        broadcast: this.studio.broadcast,
        openTransport: (...args) => this.transports.open(...args),
        clock: this.studio.clock,
        random: () => 0,
        fetchIceServers: () => {
          this.asked++;
          return this.httpAnswer;
        },
        encodeJpeg: () => Promise.resolve({ ok: false, reason: 'no-encoder' }),
        log: this.memory.log,
      },
      { streamId: 'garden', token, maxViewers: 3 },
      {
        onRegistered: () => this.registered++,
        onIceServers: (iceServers) => this.iceServers.push(iceServers),
        onFailed: (error) => this.failures.push(error),
      },
    );
    this.linkUp(iceServers);
  }

  receive(message: ServerMessage) {
    this.broadcaster.handleMessage(message);
  }

  linkUp(iceServers: readonly IceServer[] | 'old server' = []) {
    this.link = new FakeLink();
    this.broadcaster.handleLinkUp(this.link);
    const more = iceServers === 'old server' ? {} : { ice_servers: iceServers };
    this.receive({ type: 'registered', stream_id: 'garden', ...more });
  }

  join(viewerId: string, more: Omit<ServerMessageOf<'viewer-joined'>, 'type' | 'viewer_id'> = {}) {
    this.receive({ type: 'viewer-joined', viewer_id: viewerId, ...more });
    return this.transports.last;
  }

  /** Joins, answers and connects. */
  watch(viewerId: string) {
    const transport = this.join(viewerId);
    this.receive({ type: 'answer', from: viewerId, sdp: ANSWER });
    transport.open();
    return transport;
  }

  errors() {
    return this.link.sentOf('error').map(({ to, code }) => ({ to, code }));
  }
}
