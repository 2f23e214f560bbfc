/** Those whom an attack is meant to hurt: a broadcaster that makes offers of text, and viewers who answer them. */
import { once } from 'node:events';
import type { ClientMessage, ServerMessage } from '@perch/protocol';
import { WebSocket } from 'ws';
import { STREAM_ID } from './attacks.ts';

/** As long as those of a real picture. */
const OFFER = `v=0\r\n${'a=rtpmap:96 H264/90000\r\n'.repeat(120)}`;
const ANSWER = `v=0\r\n${'a=rtpmap:96 H264/90000\r\n'.repeat(60)}`;
const CANDIDATES = 6;
const CANDIDATE = 'candidate:1 1 udp 2122260223 192.0.2.1 40000 typ host';

/** Longer than people wait. */
const JOIN_WITHIN_MS = 15_000;

export class TextBroadcaster {
  readonly #socket: WebSocket;
  readonly #answers = new Map<string, () => void>();
  /** Set when the server has cut it off. */
  lostWith: number | undefined;

  static async register(port: number): Promise<TextBroadcaster> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false });
    const broadcaster = new TextBroadcaster(socket);
    await once(socket, 'open');
    broadcaster.#send({ type: 'register', stream_id: STREAM_ID });
    await once(socket, 'message');
    return broadcaster;
  }

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('error', () => undefined);
    socket.on('message', (data) => this.#handle(JSON.parse(data.toString()) as ServerMessage));
    socket.once('close', (code) => {
      this.lostWith = code;
    });
  }

  /** Resolves when this viewer's answer has come. */
  answerOf(viewerId: string): Promise<void> {
    return new Promise((resolve) => this.#answers.set(viewerId, resolve));
  }

  close(): void {
    this.#socket.terminate();
  }

  #handle(message: ServerMessage): void {
    if (message.type === 'viewer-joined') {
      const to = message.viewer_id;
      this.#send({ type: 'offer', to, sdp: OFFER });
      sendCandidates((candidate) => this.#send({ ...candidate, to }));
    }
    if (message.type === 'answer') {
      this.#answers.get(message.from)?.();
      this.#answers.delete(message.from);
    }
  }

  #send(message: ClientMessage): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }
}

export class HonestViewer {
  readonly #socket: WebSocket;
  /** From the first packet to the answer that its broadcaster has; undefined where that came to nothing. */
  readonly joinMs: number | undefined;

  /** Never rejects. */
  static async join(port: number, localAddress: string, to: TextBroadcaster): Promise<HonestViewer> {
    const startedAtMs = performance.now();
    const socket = new WebSocket(`ws://127.0.0.1:${port}`, { localAddress, perMessageDeflate: false });
    const send = (message: ClientMessage) => socket.send(JSON.stringify(message));
    const answered = new Promise<boolean>((resolve) => {
      let timer: NodeJS.Timeout | undefined;
      const end = (isAnswered: boolean) => {
        clearTimeout(timer);
        resolve(isAnswered);
      };
      timer = setTimeout(end, JOIN_WITHIN_MS, false);
      socket.once('close', () => end(false));
      socket.on('error', () => undefined);
      socket.once('open', () => send({ type: 'join', stream_id: STREAM_ID }));
      socket.on('message', (data) => {
        const message = JSON.parse(data.toString()) as ServerMessage;
        if (message.type === 'joined') void to.answerOf(message.viewer_id).then(() => end(true));
        if (message.type !== 'offer') return;
        send({ type: 'answer', to: message.from, sdp: ANSWER });
        sendCandidates((candidate) => send({ ...candidate, to: message.from }));
      });
    });
    const joinMs = (await answered) ? performance.now() - startedAtMs : undefined;
    return new HonestViewer(socket, joinMs);
  }

  private constructor(socket: WebSocket, joinMs: number | undefined) {
    this.#socket = socket;
    this.joinMs = joinMs;
  }

  async leave(): Promise<void> {
    if (this.#socket.readyState === WebSocket.CLOSED) return;
    const closed = once(this.#socket, 'close');
    if (this.joinMs === undefined) this.#socket.terminate();
    else this.#socket.close(1000);
    await closed;
  }
}

const ADDRESSES = 10;
const VIEWERS_OF_EACH = 10;

/** A hundred who come from ten addresses, from each one after the other, and stay until all are there. */
export async function honestJoins(
  port: number,
  network: string,
  to: TextBroadcaster,
): Promise<HonestViewer[]> {
  const households = Array.from({ length: ADDRESSES }, async (_, house) => {
    const viewers: HonestViewer[] = [];
    while (viewers.length < VIEWERS_OF_EACH) {
      viewers.push(await HonestViewer.join(port, `${network}.${house + 1}`, to));
    }
    return viewers;
  });
  const viewers = (await Promise.all(households)).flat();
  await Promise.all(viewers.map((viewer) => viewer.leave()));
  return viewers;
}

function sendCandidates(
  send: (message: { type: 'ice-candidate'; candidate: string; sdpMid: string }) => void,
): void {
  for (let n = 0; n < CANDIDATES; n++) send({ type: 'ice-candidate', candidate: CANDIDATE, sdpMid: '0' });
}
