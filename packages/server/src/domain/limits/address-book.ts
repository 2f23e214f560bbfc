/**
 * What each address has open and has asked for lately (SPEC.md, LIMIT rules). An entry lives as long as something of
 * the address is open, and a minute longer, so that coming back does not fill the buckets anew.
 */
import type { Limits } from './limits.ts';
import { TokenBucket } from './token-bucket.ts';

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
  readonly #now: () => number;
  readonly #entries = new Map<string, AddressUse>();

  constructor(limits: Limits, now: () => number) {
    this.#limits = limits;
    this.#now = now;
  }

  get size(): number {
    return this.#entries.size;
  }

  of(address: string): AddressUse {
    const existing = this.#entries.get(address);
    if (existing !== undefined) return existing;
    if (this.#entries.size >= MAX_ENTRIES) this.#forget(Number.POSITIVE_INFINITY);
    const use = new AddressUse(this.#limits, this.#now);
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
export const MESSAGE_BURST_SECONDS = 20;

/** One address's share. `open...` say whether there was room, and take it; `close...` give it back. */
export class AddressUse {
  readonly #limits: Limits;
  readonly #now: () => number;
  readonly #requests: TokenBucket;
  readonly #joins: TokenBucket;
  readonly #snapshots: TokenBucket;
  readonly #messages: Readonly<Record<SendingRole, TokenBucket>>;
  #connections = 0;
  #sockets = 0;
  #pendingJoins = 0;
  #usedAtMs: number;

  constructor(limits: Limits, now: () => number) {
    this.#limits = limits;
    this.#now = now;
    this.#usedAtMs = now();
    this.#requests = new TokenBucket(limits.requestsPerSecond * REQUEST_BURST_SECONDS, this.#usedAtMs);
    this.#joins = new TokenBucket(limits.joinsPerMinute, this.#usedAtMs);
    this.#snapshots = new TokenBucket(limits.snapshotsPerMinute, this.#usedAtMs);
    const messages = (role: SendingRole) =>
      new TokenBucket(this.#messageRate(role) * MESSAGE_BURST_SECONDS, this.#usedAtMs);
    this.#messages = { broadcaster: messages('broadcaster'), viewer: messages('viewer') };
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
    const { requestsPerSecond: rate } = this.#limits;
    this.#usedAtMs = this.#now();
    if (this.#requests.take(1, rate, rate * REQUEST_BURST_SECONDS, this.#usedAtMs)) return true;
    this.chargeRequest();
    return false;
  }

  /** A request that is not answered as it wishes: reading it is what it costs. */
  chargeRequest(): void {
    this.#charge(1);
  }

  /** A WebSocket was closed for sending too much. What of that was under way is read all the same: thousands of frames. */
  chargeFlood(): void {
    this.#charge(this.#limits.requestsPerSecond);
  }

  /** It went on asking after it was refused, by more than a second's worth: nothing of it is read until that is paid. */
  isFlooding(): boolean {
    const { requestsPerSecond: rate } = this.#limits;
    this.#usedAtMs = this.#now();
    return this.#requests.debt(rate, rate * REQUEST_BURST_SECONDS, this.#usedAtMs) > rate;
  }

  /** Whoever is closed for sending too much comes back with a socket that has sent nothing yet. */
  maySend(role: SendingRole, cost: number): boolean {
    const rate = this.#messageRate(role);
    this.#usedAtMs = this.#now();
    return this.#messages[role].take(cost, rate, rate * MESSAGE_BURST_SECONDS, this.#usedAtMs);
  }

  mayJoin(): boolean {
    const { joinsPerMinute, pendingJoinsPerAddress } = this.#limits;
    this.#usedAtMs = this.#now();
    if (this.#pendingJoins >= pendingJoinsPerAddress) return false;
    return this.#joins.take(1, joinsPerMinute / 60, joinsPerMinute, this.#usedAtMs);
  }

  /** A still picture, in addition to the request for it. */
  mayTakeSnapshot(): boolean {
    const { snapshotsPerMinute } = this.#limits;
    this.#usedAtMs = this.#now();
    return this.#snapshots.take(1, snapshotsPerMinute / 60, snapshotsPerMinute, this.#usedAtMs);
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

  #charge(requests: number): void {
    this.#requests.charge(requests, this.#limits.requestsPerSecond * REQUEST_BURST_SECONDS);
  }

  #messageRate(role: SendingRole): number {
    const { broadcasterMessagesPerAddress, viewerMessagesPerAddress } = this.#limits;
    return role === 'broadcaster' ? broadcasterMessagesPerAddress : viewerMessagesPerAddress;
  }
}
