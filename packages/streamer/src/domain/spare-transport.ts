/**
 * One WebRTC connection made ahead, its offer written and its candidates gathered, so that the next viewer is made an
 * offer at once. Stands before an OpenPeerTransport as one of the same kind: whoever opens gets the spare where it
 * fits, else a new connection as always.
 *
 * Owns the spare until it is taken. Does not know viewers.
 */
import { type IceServer, oneLine, stackOf } from '@perch/protocol';
import type { Logger } from 'pino';
import type { Clock } from './clock.ts';
import { LateBoundTransport } from './late-bound-transport.ts';
import type { OpenPeerTransport, VideoOffer } from './peer-transport.ts';

/** By then a viewer who has just come is connected, and its handshake has the processor for itself. */
export const MAKE_SPARE_AFTER_MS = 1_000;

/**
 * TURN allocations and credentials age, and the addresses may be those of a network that we have left. A fresh one costs
 * a few packets.
 */
export const RENEW_SPARE_AFTER_MS = 5 * 60_000;

/** TURN servers far away have answered by then; one that was not there may be, and a port that was refused is another. */
export const LOOK_AT_SPARE_AFTER_MS = 3_000;

/** In a row: where no relay is to be had, the next is as good as this one. The last is over TCP, for networks without UDP. */
const MAX_TRIES_FOR_RELAY = 3;

/** A relay over TCP waits for what is lost, so UDP is tried again, if not often: for some seconds there is no relay then. */
const TRY_UDP_AGAIN_AFTER_MS = 60 * 60_000;

export interface SpareTransportComponents {
  readonly openTransport: OpenPeerTransport;
  readonly clock: Clock;
  readonly log: Logger;
}

type State =
  /** Before the ICE servers are known. */
  | { readonly state: 'idle' }
  | { readonly state: 'planned'; readonly cancel: () => void }
  | { readonly state: 'ready'; readonly spare: LateBoundTransport; readonly cancel: () => void }
  | { readonly state: 'closed' };

export class SpareTransport {
  readonly #components: SpareTransportComponents;
  readonly #video: VideoOffer;
  #iceServers: readonly IceServer[] = [];
  #state: State = { state: 'idle' };
  /** Spares in a row that found no relay. */
  #withoutRelay = 0;
  /** Relays over UDP were not to be had, and one over a stream was. */
  #overStreamUntilMs = Number.NEGATIVE_INFINITY;

  constructor(components: SpareTransportComponents, video: VideoOffer) {
    this.#components = components;
    this.#video = video;
  }

  /** In place of the `openTransport` that it was made with. */
  readonly open: OpenPeerTransport = (asked, events) => {
    const settings = { ...asked, relaysOverStream: this.#usesStream };
    // Its numbers are the viewer's, and an offer of ours would be of no use.
    if (settings.viewerOffers === true) return this.#components.openTransport(settings, events);
    const spare = this.#state.state === 'ready' ? this.#state.spare : undefined;
    const fits = settings.video === this.#video && sameServers(settings.iceServers, this.#iceServers);
    if (spare === undefined || !fits) {
      this.useIceServers(settings.iceServers);
      return this.#components.openTransport(settings, events);
    }
    this.#plan(MAKE_SPARE_AFTER_MS);
    spare.bind(events);
    return spare;
  };

  /** Has the next viewer reached by these. A spare that was made with others is dropped. */
  useIceServers(iceServers: readonly IceServer[]): void {
    const current = this.#state.state === 'ready' || this.#state.state === 'planned';
    if (current && sameServers(iceServers, this.#iceServers)) return;
    this.#iceServers = iceServers;
    this.#withoutRelay = 0;
    this.#drop();
    this.#plan(MAKE_SPARE_AFTER_MS);
  }

  /** Drops the spare; from then on `open` makes new connections only. May be called twice. */
  close(): void {
    this.#drop();
    this.#state = { state: 'closed' };
  }

  #plan(ms: number): void {
    if (this.#state.state === 'closed') return;
    if (this.#state.state !== 'idle') this.#state.cancel();
    this.#state = { state: 'planned', cancel: this.#components.clock.after(ms, () => this.#make()) };
  }

  /** Whether the next connection's relays are over a stream: they were found so before, or all other tries are spent. */
  get #usesStream(): boolean {
    return this.#isLastTry || this.#components.clock.nowMs() < this.#overStreamUntilMs;
  }

  get #isLastTry(): boolean {
    return this.#withoutRelay === MAX_TRIES_FOR_RELAY - 1;
  }

  #make(): void {
    const { openTransport, clock, log } = this.#components;
    const isLastTry = this.#isLastTry;
    const settings = {
      iceServers: this.#iceServers,
      video: this.#video,
      relaysOverStream: this.#usesStream,
    };
    try {
      const spare = new LateBoundTransport(
        (events) => openTransport(settings, events),
        () => this.#plan(RENEW_SPARE_AFTER_MS),
      );
      this.#state = {
        state: 'ready',
        spare,
        cancel: clock.after(LOOK_AT_SPARE_AFTER_MS, () => this.#look(spare, isLastTry)),
      };
    } catch (error) {
      // A viewer who comes is made a connection of its own, and told if that fails too.
      log.warn({ reason: oneLine(error), stack: stackOf(error) }, 'no spare connection could be made');
      this.#plan(RENEW_SPARE_AFTER_MS);
    }
  }

  /**
   * A TURN server takes no allocation from a port that had one minutes ago (RFC 8656, section 7.2: error 437), and libjuice does
   * not try another: the next spare has another port.
   */
  #look(spare: LateBoundTransport, wasLastTry: boolean): void {
    const { clock } = this.#components;
    this.#withoutRelay = spare.lacksRelay ? this.#withoutRelay + 1 : 0;
    if (spare.lacksRelay) this.#overStreamUntilMs = Number.NEGATIVE_INFINITY;
    else if (wasLastTry) this.#overStreamUntilMs = clock.nowMs() + TRY_UDP_AGAIN_AFTER_MS;
    if (this.#withoutRelay > 0 && this.#withoutRelay < MAX_TRIES_FOR_RELAY) {
      this.#renew();
      return;
    }
    const renewInMs = RENEW_SPARE_AFTER_MS - LOOK_AT_SPARE_AFTER_MS;
    const cancel = clock.after(renewInMs, () => this.#renew());
    this.#state = { state: 'ready', spare, cancel };
  }

  #renew(): void {
    this.#drop();
    this.#make();
  }

  #drop(): void {
    if (this.#state.state === 'ready') this.#state.spare.close();
    if (this.#state.state === 'ready' || this.#state.state === 'planned') this.#state.cancel();
    if (this.#state.state !== 'closed') this.#state = { state: 'idle' };
  }
}

function sameServers(some: readonly IceServer[], others: readonly IceServer[]): boolean {
  return JSON.stringify(some) === JSON.stringify(others);
}
