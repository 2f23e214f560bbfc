/**
 * One server's life beside the model's: each step is done to both, and all that anyone hears, every close and every
 * count is compared after it.
 */
import { strictEqual } from 'node:assert';
import { isDeepStrictEqual } from 'node:util';
import type { ServerMessage } from '@perch/protocol';
import { JwtTokens } from '../../src/adapters/access/jwt-tokens.ts';
import type { Authority } from '../../src/domain/access/authority.ts';
import { ClosedAuthority, REVOCATION_CHECK_MS } from '../../src/domain/access/closed-authority.ts';
import { OpenAuthority } from '../../src/domain/access/open-authority.ts';
import { DEFAULT_LIMITS, type Limits } from '../../src/domain/limits/limits.ts';
import { type Client, type FixtureParts, RoomsFixture } from './fake-peer.ts';
import { ManualScheduler } from './manual-scheduler.ts';
import { bare, ModelPhrases, type Session } from './model-phrases.ts';
import { describeStep, type Life, PEOPLE, type Step } from './model-steps.ts';
import { ModelTokens } from './model-tokens.ts';
import { type ModelSocket, ReferenceModel } from './reference-model.ts';

/** So small that they are reached. */
const LIMITS: Limits = {
  ...DEFAULT_LIMITS,
  viewersPerStream: 4,
  streams: 3,
  joinsPerMinute: 60,
  pendingJoinsPerAddress: 3,
  viewerMessagesPerSecond: 2,
  broadcasterMessagesPerSecond: 4,
  idleSeconds: 15,
};

const SECRET = new Uint8Array(32).fill(7);

/** What a planted fault puts in the place of the real thing. */
export interface WorldParts extends Partial<FixtureParts> {
  readonly authority?: (real: Authority) => Authority;
  readonly randomToken?: (real: () => string) => () => string;
  readonly secret?: (restarts: number) => Uint8Array;
}

interface Seat {
  readonly client: Client;
  readonly model: ModelSocket;
  ended: boolean;
}

export class ModelWorld {
  readonly #parts: WorldParts;
  readonly #open: boolean;
  readonly #scheduler = new ManualScheduler();
  readonly #model: ReferenceModel;
  readonly #tokens: ModelTokens;
  readonly #revoked = new Set<string>();
  #fixture: RoomsFixture;
  #authority: Authority;
  #seats: Seat[] = [];
  /** The socket that each person has now. */
  #current: (Seat | undefined)[] = [];
  readonly #sessions: Session[] = [];
  readonly #phrases: ModelPhrases;
  /** The server's ids by the model's, and back. */
  readonly #realIds = new Map<string, string>();
  readonly #modelIds = new Map<string, string>();
  /** How often something was heard, by its type and what is special about it. */
  readonly #tally: Map<string, number>;
  #drawn: string[] = [];
  #draws = 0;
  #restarts = 0;

  constructor({ open }: Pick<Life, 'open'>, parts: WorldParts, tally: Map<string, number>) {
    this.#tally = tally;
    this.#parts = parts;
    this.#open = open;
    this.#model = new ReferenceModel(open, LIMITS, this.#scheduler.now());
    this.#tokens = ModelTokens.at(SECRET, this.#scheduler.now());
    this.#phrases = new ModelPhrases(this.#tokens, this.#sessions, this.#realIds);
    [this.#authority, this.#fixture] = this.#start();
  }

  take(step: Step): void {
    this.#drawn = [];
    this.#do(step);
    this.#compare();
  }

  end(): void {
    for (const seat of this.#seats) this.#end(seat, 'left');
    this.#compare();
    strictEqual(this.#fixture.rooms.counts.rooms, 0, 'rooms are left');
    strictEqual(this.#fixture.iceSessions.filter(({ closed }) => closed === undefined).length, 0);
  }

  #start(): [Authority, RoomsFixture] {
    const secret = this.#parts.secret?.(this.#restarts) ?? SECRET;
    const tokens = new JwtTokens(secret, () => this.#scheduler.now());
    const real = this.#open
      ? new OpenAuthority(tokens)
      : new ClosedAuthority({
          tokens,
          revocations: { readRevoked: () => new Set(this.#revoked) },
          scheduler: this.#scheduler,
          reportTrouble: () => undefined,
        });
    const draw = () => {
      const token = `${String(++this.#draws).padStart(6, '0')}-drawn-in-order`.padEnd(22, '_');
      this.#drawn.push(token);
      return token;
    };
    const authority = this.#parts.authority?.(real) ?? real;
    const randomToken = this.#parts.randomToken?.(draw) ?? draw;
    const fixture = new RoomsFixture({ authority, limits: LIMITS, randomToken, parts: this.#parts });
    fixture.nowMs = this.#scheduler.now();
    authority.onRevoked((ids) => {
      for (const { client, ended } of this.#seats) if (!ended) client.checkRevoked([...ids]);
    });
    return [authority, fixture];
  }

  #do(step: Step): void {
    const { who, pick } = step;
    switch (step.do) {
      case 'connect':
        // Whoever had one has lost it, and the server does not know yet.
        this.#connect(step);
        return;
      case 'connect at once':
        for (let person = 0; person < PEOPLE; person++) this.#current[person] ??= this.#connect(step, person);
        return;
      case 'leave':
      case 'vanish': {
        const seat = this.#current[who];
        if (seat !== undefined) this.#end(seat, step.do === 'leave' ? 'left' : 'lost');
        this.#current[who] = undefined;
        return;
      }
      case 'late close': {
        const seat = this.#old(pick);
        if (seat !== undefined) this.#end(seat, pick % 2 === 0 ? 'lost' : 'left');
        return;
      }
      case 'late word': {
        const seat = this.#old(pick);
        const kinds = ['register', 'join', 'offer', 'answer', 'candidate'] as const;
        if (seat !== undefined) this.#say(seat, { ...step, do: kinds[pick % kinds.length]! });
        return;
      }
      case 'wait':
        this.#pass(1000 * (1 + (pick % 20)));
        return;
      case 'revoke': {
        const id = this.#tokens.idOf(pick);
        this.#revoked.add(id);
        this.#model.revoke(id);
        this.#pass(REVOCATION_CHECK_MS);
        return;
      }
      case 'crash':
        this.#crash();
        return;
      case 'storm': {
        const seat = this.#current[who] ?? this.#connect(step);
        for (let n = pick % 100; n > 0; n--) this.#say(seat, { ...step, do: 'ping' });
        return;
      }
      default:
        this.#say(this.#current[who] ?? this.#connect(step), step);
    }
  }

  #connect(step: Step, who = step.who): Seat {
    // Old clients can give a token in the URL alone.
    const token =
      step.pick % 4 === 0 ? this.#tokens.choose(step, step.pick % 8 === 0 ? 'publish' : 'view') : undefined;
    const address = `192.0.2.${who % 2}`;
    const client = this.#fixture.client({ address, token: token?.text });
    const seat = { client, model: this.#model.connect(address, token), ended: false };
    this.#seats.push(seat);
    this.#current[who] = seat;
    return seat;
  }

  #end(seat: Seat, how: 'left' | 'lost'): void {
    if (how === 'left') seat.client.hangUp();
    else seat.client.vanish();
    this.#model.end(seat.model, how);
    seat.ended = true;
  }

  /** A socket whose owner has another one, or none, by now. */
  #old(pick: number): Seat | undefined {
    const old = this.#seats.filter((seat) => !seat.ended && !this.#current.includes(seat));
    return old[pick % old.length];
  }

  #pass(ms: number): void {
    this.#scheduler.advance(ms);
    this.#fixture.nowMs = this.#scheduler.now();
    this.#model.nowMs = this.#scheduler.now();
    for (const { client, ended } of this.#seats) if (!ended) client.checkTime();
    this.#model.checkTime();
  }

  #crash(): void {
    if (this.#authority instanceof ClosedAuthority) this.#authority.close();
    this.#restarts += 1;
    this.#seats = [];
    this.#current = [];
    this.#model.crash();
    [this.#authority, this.#fixture] = this.#start();
  }

  #say(seat: Seat, step: Step): void {
    const sockets = this.#seats.map((it) => it.model);
    const [model, fields] = this.#phrases.of(step, seat.model, sockets);
    const claim = { from: 'somebody else' };
    seat.client.sayText(typeof fields === 'string' ? fields : JSON.stringify({ ...claim, ...fields }));
    this.#model.say(seat.model, model);
  }

  #compare(): void {
    for (const seat of this.#seats) this.#meetIds(seat);
    for (const { client, model } of this.#seats) {
      const heard =
        client.peer.sent.length === 0 ? NOTHING : client.heard().map((it) => this.#inModelTerms(it));
      const expected = model.heard.length === 0 ? NOTHING : model.heard.splice(0);
      if (heard !== expected && !isDeepStrictEqual(heard, expected)) fail('heard', heard, expected);
      this.#count(heard);
      const { closed } = client.peer;
      if (closed !== model.closed && !isDeepStrictEqual(closed, model.closed))
        fail('close', closed, model.closed);
    }
    const { counts } = this.#fixture.rooms;
    if (!isDeepStrictEqual(counts, this.#model.counts)) fail('counts', counts, this.#model.counts);
  }

  #count(messages: readonly object[]): void {
    for (const message of messages) {
      const { type, code, resumed, replaces, gone } = message as Record<string, unknown>;
      const marks = [code, resumed && 'resumed', replaces && 'replaces', gone && 'gone'];
      const kind = [type, ...marks.filter(Boolean)].join(' ');
      this.#tally.set(kind, (this.#tally.get(kind) ?? 0) + 1);
    }
  }

  /** JOIN2: an id that the model calls new is made of 128 bits that were drawn just now, and of nothing else. */
  #meetIds({ client, model }: Seat): void {
    const joined = client.peer.sent.filter((it) => it.type === 'joined');
    const expected = model.heard.filter((it): it is { viewer_id: string } => 'resume' in it);
    for (const [
      n,
      { viewer_id: real, stream_id: stream, resume_token: resumeToken = '' },
    ] of joined.entries()) {
      const id = expected[n]?.viewer_id;
      if (id === undefined) return;
      if (!this.#realIds.has(id)) {
        if (!this.#drawn.some((drawn) => real === `viewer-${drawn}`) || this.#modelIds.has(real)) {
          fail('a new id', real, this.#drawn);
        }
        this.#realIds.set(id, real);
        this.#modelIds.set(real, id);
      }
      this.#sessions.push({ id, stream, resumeToken });
    }
  }

  #inModelTerms(message: ServerMessage): object {
    const terms = bare({ ...message });
    for (const field of ['viewer_id', 'from', 'replaces']) {
      const id = terms[field];
      if (typeof id === 'string') terms[field] = this.#modelIds.get(id) ?? id;
    }
    return terms;
  }
}

const NOTHING: object[] = [];

function fail(what: string, actual: unknown, expected: unknown): never {
  throw new Error(`${what}: ${JSON.stringify(actual)} where the model has ${JSON.stringify(expected)}`);
}

/** Lives one life at a server; throws at the first difference from the model. */
export function live({ open, steps }: Life, parts: WorldParts = {}, tally = new Map<string, number>()): void {
  const world = new ModelWorld({ open }, parts, tally);
  for (const [n, step] of steps.entries()) {
    try {
      world.take(step);
    } catch (error) {
      const lately = steps.slice(Math.max(0, n - 9), n + 1).map(describeStep);
      const where = `step ${n} of a life at ${open ? 'an open' : 'a closed'} server`;
      throw new Error(`${where}: ${String(error)}\n${lately.join('\n')}`, { cause: error });
    }
  }
  world.end();
}
