/** A viewer on node-datachannel, as a browser would be: answers an offer or makes it, keeps what arrives. */
import { PeerConnection, type Track, Video } from 'node-datachannel';

export class FarEnd {
  readonly packets: Buffer[] = [];
  readonly #connection = new PeerConnection('viewer', { iceServers: [] });
  /** Its side of the connection takes and sends packets. */
  readonly opened: Promise<void>;
  readonly #description: Promise<string>;
  readonly #useTrack: (track: Track) => void;
  #track: Track | undefined;
  #closed = false;
  /** Its candidates, from the offer until the answer is in. */
  #held: string[] | undefined;
  readonly #onCandidate: (candidate: string) => void;
  #waiting: (() => void)[] = [];

  constructor(onCandidate: (candidate: string) => void) {
    this.#onCandidate = onCandidate;
    this.#connection.onLocalCandidate((candidate) => {
      if (this.#held === undefined) onCandidate(candidate);
      else this.#held.push(candidate);
    });
    this.#connection.onStateChange((state) => {
      if (state === 'closed') this.close();
    });
    let open: () => void = () => {};
    this.opened = new Promise((resolve) => {
      open = resolve;
    });
    this.#useTrack = (track) => {
      this.#track = track;
      track.onOpen(() => open());
      track.onMessage((packet) => {
        this.packets.push(packet);
        for (const wake of this.#waiting.splice(0)) wake();
      });
    };
    this.#connection.onTrack((track) => this.#useTrack(track));
    this.#description = new Promise((resolve) => {
      this.#connection.onLocalDescription((sdp) => resolve(sdp));
    });
  }

  answer(offer: string): Promise<string> {
    this.#connection.setRemoteDescription(offer, 'offer');
    return this.#description;
  }

  /**
   * Offers to receive H.264, its candidates to follow when the answer is in. libdatachannel tells libjuice of an answer before it
   * keeps the fingerprint in it: where the other end checks already, the handshake may come in between, and fails.
   */
  offer(mid: string, payloadType: number): Promise<string> {
    this.#held = [];
    const video = new Video(mid, 'RecvOnly');
    video.addH264Codec(payloadType, 'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f');
    this.#useTrack(this.#connection.addTrack(video));
    this.#connection.setLocalDescription('offer');
    return this.#description;
  }

  takeAnswer(sdp: string): void {
    this.#connection.setRemoteDescription(sdp, 'answer');
    for (const candidate of this.#held ?? []) this.#onCandidate(candidate);
    this.#held = undefined;
  }

  /** The library takes a description in on a thread of its own, and no candidate before that is done. */
  addCandidate(candidate: string, mid: string, tries = 1000): void {
    if (this.#closed) return;
    try {
      this.#connection.addRemoteCandidate(candidate, mid);
    } catch (error) {
      if (tries === 0) throw error;
      setImmediate(() => this.addCandidate(candidate, mid, tries - 1));
    }
  }

  /** Resolves when `count` packets have arrived. */
  async received(count: number): Promise<Buffer[]> {
    while (this.packets.length < count) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
    return this.packets;
  }

  send(packet: Uint8Array): void {
    if (!this.#closed) this.#track?.sendMessageBinary(packet as Buffer);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#connection.close();
  }
}
