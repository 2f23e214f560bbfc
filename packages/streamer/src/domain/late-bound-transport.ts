/**
 * A transport made ahead of whoever will use it: its events wait until somebody takes it. Keeps the offer alone, since
 * nothing else comes before the answer.
 */
import type { Refusal } from '@perch/protocol';
import type { PeerTransport, PeerTransportEvents, Route } from './peer-transport.ts';

export class LateBoundTransport implements PeerTransport {
  readonly #transport: PeerTransport;
  #events: PeerTransportEvents | undefined;
  #offer: string | undefined;
  #closed = false;

  constructor(open: (events: PeerTransportEvents) => PeerTransport, onLost: () => void) {
    this.#transport = open({
      onOffer: (sdp) => {
        if (this.#events === undefined) this.#offer = sdp;
        else this.#events.onOffer(sdp);
      },
      // None of these four comes before a description of the viewer's, and so none before the taking.
      onAnswer: (sdp) => this.#events?.onAnswer(sdp),
      onCandidate: (candidate, sdpMid) => this.#events?.onCandidate(candidate, sdpMid),
      onOpen: () => this.#events?.onOpen(),
      onRtcp: (packet) => this.#events?.onRtcp(packet),
      onClosed: (reason) => {
        if (this.#events === undefined) onLost();
        else this.#events.onClosed(reason);
      },
    });
  }

  /** Tells what has happened so far, and from now on everything; not before the caller holds the transport. */
  bind(events: PeerTransportEvents): void {
    this.#events = events;
    const offer = this.#offer;
    if (offer === undefined) return;
    queueMicrotask(() => {
      if (!this.#closed) events.onOffer(offer);
    });
  }

  get route(): Route | undefined {
    return this.#transport.route;
  }

  get lacksRelay(): boolean {
    return this.#transport.lacksRelay;
  }

  answer(sdp: string): Refusal | undefined {
    return this.#transport.answer(sdp);
  }

  offer(sdp: string): Refusal | undefined {
    return this.#transport.offer(sdp);
  }

  addCandidate(candidate: string): Refusal | undefined {
    return this.#transport.addCandidate(candidate);
  }

  send(packet: Uint8Array): boolean {
    return this.#transport.send(packet);
  }

  close(): void {
    this.#closed = true;
    this.#transport.close();
  }
}
