/**
 * What each address has open and has asked for lately (SPEC.md, LIMIT rules). An entry lives as long as something of
 * the address is open, and a minute longer, so that coming back does not fill the buckets anew.
 */
import type { Limits } from './limits.ts';
import { type Rate, rateOf, TokenBucket } from './token-bucket.ts';

/** As long as the slowest bucket takes to fill. */
const FORGET_AFTER_MS = 60_000;

/** Who owns a large IPv6 network has addresses without end. At so many, those with nothing open are forgotten at once. */
export const MAX_ENTRIES = 50_000;

/** A page loads a dozen files at once, and a household opens several. */
const REQUEST_BURST_SECONDS = 10;

/** Whoever is neither yet counts as a viewer. */
export type SendingRole = 'broadcaster' | 'viewer';

export class AddressBook {
  readonly #limits: Limits;
  readonly #rates: AddressRates;
  readonly #now: () => number;
  readonly #entries = new Map<string, AddressUse>();

  constructor(limits: Limits, now: () => number) {
    this.#limits = limits;
    this.#rates = ratesOf(limits);
    this.#now = now;
  }

  get size(): number {
    return this.#entries.size;
  }

  of(address: string): AddressUse {
    const existing = this.#entries.get(address);
    if (existing !== undefined) return existing;
    if (this.#entries.size >= MAX_ENTRIES) this.#forget(Number.POSITIVE_INFINITY);
    const use = new AddressUse(this.#limits, this.#rates, this.#now);
    this.#entries.set(address, use);
    return use;
  }

  /** Called now and then. */
  sweep(): void {
    this.#forget(this.#now() - FORGET_AFTER_MS);
  }

  #forget(usedBeforeMs: number): void {
    for (const [address, use] of this.#entries) {
      if (use.isForgettable(usedBeforeMs)) this.#entries.delete(address);
    }
  }
}

/** Whoever comes sends all of its candidates at once. */
const MESSAGE_BURST_SECONDS = 20;

/** Of messages: a socket's, and an address's. */
export function messageRate(perSecond: number): Rate {
  return rateOf(perSecond * MESSAGE_BURST_SECONDS, MESSAGE_BURST_SECONDS);
}

interface AddressRates {
  readonly requests: Rate;
  readonly joins: Rate;
  readonly snapshots: Rate;
  readonly messages: Readonly<Record<SendingRole, Rate>>;
}

/** The same for all addresses. */
function ratesOf(limits: Limits): AddressRates {
  return {
    requests: rateOf(limits.requestsPerSecond * REQUEST_BURST_SECONDS, REQUEST_BURST_SECONDS),
    joins: rateOf(limits.joinsPerMinute, 60),
    snapshots: rateOf(limits.snapshotsPerMinute, 60),
    messages: {
      broadcaster: messageRate(limits.broadcasterMessagesPerAddress),
      viewer: messageRate(limits.viewerMessagesPerAddress),
    },
  };
}

/** One address's share. `open...` say whether there was room, and take it; `close...` give it back. */
export class AddressUse {
  readonly #limits: Limits;
  readonly #rates: AddressRates;
  readonly #now: () => number;
  readonly #requests: TokenBucket;
  readonly #joins: TokenBucket;
  readonly #snapshots: TokenBucket;
  readonly #messages: Readonly<Record<SendingRole, TokenBucket>>;
  #connections = 0;
  #sockets = 0;
  #pendingJoins = 0;
  #usedAtMs: number;

  constructor(limits: Limits, rates: AddressRates, now: () => number) {
    this.#limits = limits;
    this.#rates = rates;
    this.#now = now;
    this.#usedAtMs = now();
    const full = (rate: Rate) => new TokenBucket(rate, this.#usedAtMs);
    this.#requests = full(rates.requests);
    this.#joins = full(rates.joins);
    this.#snapshots = full(rates.snapshots);
    this.#messages = { broadcaster: full(rates.messages.broadcaster), viewer: full(rates.messages.viewer) };
  }

  openConnection(): boolean {
    if (this.#connections >= this.#limits.connectionsPerAddress || this.isFlooding()) return false;
    this.#connections += 1;
    return true;
  }

  closeConnection(): void {
    this.#connections -= 1;
  }

  openSocket(): boolean {
    this.#usedAtMs = this.#now();
    if (this.#sockets >= this.#limits.socketsPerAddress) return false;
    this.#sockets += 1;
    return true;
  }

  closeSocket(): void {
    this.#sockets -= 1;
  }

  /** An HTTP request, or a handshake. */
  mayAsk(): boolean {
    if (this.#take(this.#requests, this.#rates.requests)) return true;
    this.chargeRequest();
    return false;
  }

  /** A request that is not answered as it wishes: reading it is what it costs. */
  chargeRequest(): void {
    this.#requests.charge(1, this.#rates.requests);
  }

  /** It went on asking after it was refused, by more than a second's worth: nothing of it is read until that is paid. */
  isFlooding(): boolean {
    const { requests } = this.#rates;
    this.#usedAtMs = this.#now();
    return this.#requests.debt(requests, this.#usedAtMs) > requests.perSecond;
  }

  /** Whoever is closed for sending too much comes back with a socket that has sent nothing yet. */
  maySend(role: SendingRole, cost: number): boolean {
    return this.#take(this.#messages[role], this.#rates.messages[role], cost);
  }

  mayJoin(): boolean {
    this.#usedAtMs = this.#now();
    if (this.#pendingJoins >= this.#limits.pendingJoinsPerAddress) return false;
    return this.#take(this.#joins, this.#rates.joins);
  }

  /** A still picture, in addition to the request for it. */
  mayTakeSnapshot(): boolean {
    return this.#take(this.#snapshots, this.#rates.snapshots);
  }

  openJoin(): void {
    this.#pendingJoins += 1;
  }

  closeJoin(): void {
    this.#pendingJoins -= 1;
  }

  isForgettable(beforeMs: number): boolean {
    return this.#connections === 0 && this.#sockets === 0 && this.#usedAtMs < beforeMs;
  }

  #take(bucket: TokenBucket, rate: Rate, cost = 1): boolean {
    this.#usedAtMs = this.#now();
    return bucket.take(cost, rate, this.#usedAtMs);
  }
}
