/**
 * One viewer with real ICE, DTLS and SRTP, who counts packets and what is missing between them, and notes how old
 * each picture was when its last packet came. Like e2e/support/program-viewer.ts, but it looks into the packets.
 */
import { once } from 'node:events';
import type { ServerMessage } from '@perch/protocol';
import { PeerConnection, RtcpReceivingSession, type Track } from 'node-datachannel';
import { WebSocket } from 'ws';
import { readTimeMark } from '../clip/time-mark.ts';
import { feedbackIntervalMs, TransportFeedbackWriter, transportSequenceId } from './transport-feedback.ts';

const NS_PER_MS = 1e6;
const MARKER = 0x80;

export interface Counts {
  readonly packets: number;
  /** Numbers passed since the first packet: what was sent, if nothing was lost. */
  readonly expected: number;
  /** Pictures whose last packet came: fewer than were made where the sender leaves some out. */
  readonly pictures: number;
  /** Messages to the sender about packets' arrivals. */
  readonly feedback: number;
}

export class CountingViewer {
  readonly #socket: WebSocket;
  readonly #connection = new PeerConnection('viewer', { iceServers: [] });
  readonly #first: Promise<void>;
  #resolveFirst: () => void = () => undefined;
  /** Held, or the track is collected and its callback with it. */
  #track: Track | undefined;
  #feedback: TransportFeedbackWriter | undefined;
  #feedbackTimer: NodeJS.Timeout | undefined;
  #ssrc: number | undefined;
  #left = false;
  #packets = 0;
  #expected = 0;
  #pictures = 0;
  #told = 0;
  #newest = 0;
  #mark: { readonly timestamp: number; readonly writtenNs: bigint } | undefined;
  #delaysMs: number[] | undefined;

  /** Resolves when the server listens to this viewer. */
  static async connect(port: number): Promise<CountingViewer> {
    const viewer = new CountingViewer(new WebSocket(`ws://127.0.0.1:${port}`));
    await once(viewer.#socket, 'open');
    return viewer;
  }

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    this.#first = new Promise((resolve) => {
      this.#resolveFirst = resolve;
    });
    socket.on('message', (data) => this.#handle(JSON.parse(data.toString()) as ServerMessage));
  }

  /** Resolves when the first packet was received. */
  join(streamId: string): Promise<void> {
    this.#say({ type: 'join', stream_id: streamId });
    return this.#first;
  }

  get counts(): Counts {
    return {
      packets: this.#packets,
      expected: this.#expected,
      pictures: this.#pictures,
      feedback: this.#told,
    };
  }

  /** From now on, keeps how long each picture took from the feeder's write to its last packet. */
  measureDelays(): void {
    this.#delaysMs = [];
  }

  takeDelaysMs(): number[] {
    const delays = this.#delaysMs ?? [];
    this.#delaysMs = undefined;
    return delays;
  }

  leave(): void {
    this.#left = true;
    clearInterval(this.#feedbackTimer);
    this.#socket.close();
    this.#connection.close();
    this.#track?.close();
  }

  #say(message: object): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #handle(message: ServerMessage): void {
    // What was under way when it left: the native connection is closed.
    if (this.#left) return;
    if (message.type === 'offer') this.#answer(message.from, message.sdp);
    if (message.type === 'ice-candidate' && message.candidate !== '') {
      this.#connection.addRemoteCandidate(message.candidate, message.sdpMid ?? '0');
    }
  }

  #answer(to: string, sdp: string): void {
    const connection = this.#connection;
    connection.onLocalDescription((answer) => {
      this.#say({ type: 'answer', to, sdp: answer.replace('a=sendrecv', 'a=recvonly') });
    });
    connection.onLocalCandidate((candidate, sdpMid) =>
      this.#say({ type: 'ice-candidate', to, candidate, sdpMid, sdpMLineIndex: 0 }),
    );
    const sequenceId = transportSequenceId(sdp);
    if (sequenceId !== undefined) this.#feedback = new TransportFeedbackWriter(sequenceId);
    connection.onTrack((track) => {
      this.#track = track;
      track.setMediaHandler(new RtcpReceivingSession());
      track.onMessage((packet) => this.#count(packet));
      if (sequenceId !== undefined) {
        this.#feedbackTimer = setInterval(() => this.#sendFeedback(track), feedbackIntervalMs(sdp));
      }
    });
    // A track that only receives sends no RTCP of ours: libdatachannel is told that both send, the sender is not.
    connection.setRemoteDescription(sdp.replace('a=sendonly', 'a=sendrecv'), 'offer');
  }

  #sendFeedback(track: Track): void {
    const feedback = this.#ssrc === undefined ? undefined : this.#feedback?.take(this.#ssrc);
    if (feedback === undefined || !track.isOpen()) return;
    track.sendMessageBinary(feedback);
    this.#told++;
  }

  #count(packet: Buffer): void {
    this.#feedback?.handlePacket(packet);
    // Padding and what is sent again have streams of their own: they are the sender's expense, not its work.
    const ssrc = packet.readUInt32BE(8);
    this.#ssrc ??= ssrc;
    if (ssrc !== this.#ssrc) return;
    const number = packet.readUInt16BE(2);
    this.#packets++;
    const last = ((packet[1] ?? 0) & MARKER) !== 0;
    if (last) this.#pictures++;
    if (this.#packets === 1) {
      this.#newest = number;
      this.#expected = 1;
      this.#resolveFirst();
    }
    const ahead = (number - this.#newest) & 0xffff;
    if (ahead < 0x8000) {
      this.#newest = number;
      this.#expected += ahead;
    }
    if (this.#delaysMs !== undefined) this.#measureDelay(packet, last, this.#delaysMs);
  }

  #measureDelay(packet: Buffer, last: boolean, delaysMs: number[]): void {
    const timestamp = packet.readUInt32BE(4);
    const writtenNs = readTimeMark(packet);
    if (writtenNs !== undefined) this.#mark = { timestamp, writtenNs };
    if (!last || this.#mark?.timestamp !== timestamp) return;
    delaysMs.push(Number(process.hrtime.bigint() - this.#mark.writtenNs) / NS_PER_MS);
  }
}
