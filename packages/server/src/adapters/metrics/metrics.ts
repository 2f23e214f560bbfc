/**
 * What happened here, in numbers, in Prometheus' text format. Names of streams, viewers and people are in none of them:
 * whoever reads metrics learns how much, not who.
 */
import type { ErrorCode } from '@perch/protocol';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { RelayedMessage } from '../../domain/relay.ts';
import type { EventCode, RefusedRequest, RoomEvent } from '../../domain/room-event.ts';
import type { SnapshotOutcome } from '../../domain/snapshot/snapshots.ts';
import type { TurnEvent } from '../../domain/turn/turn-provider.ts';

/** From a browser beside the server to one that needs TURN on another continent. */
const ANSWER_SECONDS = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];

/** What is so now, read when somebody asks. */
export interface Levels {
  readonly sockets: number;
  readonly streams: number;
  readonly broadcasters: number;
  readonly viewers: number;
  readonly addresses: number;
  readonly turnAvailable: boolean;
}

export class Metrics {
  readonly #registry = new Registry();
  readonly #joins: Counter<'result'>;
  readonly #refusals: Counter<'code' | 'request'>;
  readonly #ended: Counter<'code'>;
  readonly #connected: Counter<'route'>;
  readonly #answered: Histogram;
  readonly #links: Counter;
  readonly #turn: Counter<'result'>;
  readonly #snapshots: Counter<'result'>;
  /** Counted here and not in a Counter: a message is relayed in the time that one of its labels takes. */
  readonly #relayed = new Map<RelayedMessage['type'], number>();

  constructor(levels: () => Levels) {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry, prefix: 'perch_' });
    this.#joins = new Counter({
      name: 'perch_joins_total',
      help: 'Joins by result: joined, resumed, or the code of the refusal',
      labelNames: ['result'],
      registers,
    });
    this.#refusals = new Counter({
      name: 'perch_refusals_total',
      help: 'What was refused, by code and by what was asked for',
      labelNames: ['code', 'request'],
      registers,
    });
    this.#ended = new Counter({
      name: 'perch_sockets_ended_total',
      help: 'WebSockets, and sessions of WHEP, that the server ended, by code',
      labelNames: ['code'],
      registers,
    });
    this.#connected = new Counter({
      name: 'perch_viewers_connected_total',
      help: 'Pictures shown, as viewers report them, by the way that the video takes',
      labelNames: ['route'],
      registers,
    });
    this.#answered = new Histogram({
      name: 'perch_join_to_answer_seconds',
      help: "From a viewer's join to its answer",
      buckets: ANSWER_SECONDS,
      registers,
    });
    this.#links = new Counter({
      name: 'perch_links_made_total',
      help: 'Links that viewers made for others',
      registers,
    });
    this.#turn = new Counter({
      name: 'perch_turn_credentials_total',
      help: 'TURN credentials by result: minted, revoked, or why not',
      labelNames: ['result'],
      registers,
    });
    this.#snapshots = new Counter({
      name: 'perch_snapshots_total',
      help: 'Requests for still pictures by result: taken, or why not',
      labelNames: ['result'],
      registers,
    });
    const relayed = this.#relayed;
    new Counter({
      name: 'perch_relayed_messages_total',
      help: 'Messages passed between the peers of a stream, by type',
      labelNames: ['type'],
      registers,
      collect() {
        this.reset();
        for (const [type, count] of relayed) this.inc({ type }, count);
      },
    });
    gauge('perch_websockets', 'Open WebSockets', (now) => now.sockets);
    gauge('perch_streams', 'Streams with someone in them', (now) => now.streams);
    gauge('perch_broadcasters', 'Streams with a camera', (now) => now.broadcasters);
    gauge('perch_viewers', 'Viewers with an open session', (now) => now.viewers);
    gauge('perch_addresses', 'Addresses that have something open or had lately', (now) => now.addresses);
    gauge('perch_turn_available', '1 when viewers are given TURN servers', (now) => +now.turnAvailable);

    function gauge(name: string, help: string, read: (now: Levels) => number): void {
      new Gauge({
        name,
        help,
        registers,
        collect() {
          this.set(read(levels()));
        },
      });
    }
  }

  readonly report = (event: RoomEvent): void => {
    switch (event.type) {
      case 'viewer-joined':
        this.#joins.inc({ result: event.resumed ? 'resumed' : 'joined' });
        return;
      case 'refused':
        this.#handleRefused(event.code, event.request);
        return;
      case 'relayed':
        this.#relayed.set(event.message, (this.#relayed.get(event.message) ?? 0) + 1);
        return;
      case 'answered':
        this.#answered.observe(event.afterMs / 1000);
        return;
      case 'connected':
        this.#connected.inc({ route: event.route });
        return;
      case 'ended':
        this.#ended.inc({ code: event.code });
        return;
      case 'link-made':
        this.#links.inc();
        return;
      case 'broadcaster-registered':
      case 'broadcaster-left':
      case 'viewer-left':
        return;
    }
  };

  readonly reportTurn = (event: TurnEvent): void => {
    switch (event.type) {
      case 'minted':
      case 'revoked':
      case 'without-turn':
        this.#turn.inc({ result: event.type });
        return;
      case 'mint-failed':
      case 'revoke-failed':
        this.#turn.inc({ result: `${event.type}-${event.why}` });
        return;
      case 'breaker':
        return;
    }
  };

  reportSnapshot(result: ErrorCode | SnapshotOutcome['result']): void {
    this.#snapshots.inc({ result });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  render(): Promise<string> {
    return this.#registry.metrics();
  }

  close(): void {
    this.#registry.clear();
  }

  #handleRefused(code: EventCode, request: RefusedRequest): void {
    this.#refusals.inc({ code, request });
    if (request === 'join') this.#joins.inc({ result: code });
  }
}
