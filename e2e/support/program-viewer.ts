/**
 * A viewer that is a program: real ICE, DTLS and SRTP through node-datachannel, packets counted instead of decoded.
 * Cheap enough to have dozens of.
 */
import { once } from 'node:events';
import type { ClientMessage, ServerMessage } from '@perch/protocol';
import { PeerConnection, RtcpReceivingSession, type Track } from 'node-datachannel';
import { WebSocket } from 'ws';

/** The WebRTC half: takes what the server sends a viewer, and says what a viewer sends. */
export class ReceivingPeer {
  readonly #send: (message: ClientMessage) => void;
  #connection: PeerConnection | undefined;
  /** Held, or the track is collected and its callback with it. */
  readonly #tracks = new Set<Track>();
  #waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  packets = 0;
  /** Told of each RTP packet. */
  onPacket: (packet: Buffer) => void = () => undefined;

  constructor(send: (message: ClientMessage) => void) {
    this.#send = send;
  }

  handle(message: ServerMessage): void {
    if (message.type === 'offer') this.#answer(message.from, message.sdp);
    if (message.type === 'ice-candidate' && message.candidate !== '') {
      this.#connection?.addRemoteCandidate(message.candidate, message.sdpMid ?? '0');
    }
  }

  /** Resolves when `more` further RTP packets have come. */
  receives(more: number): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ count: this.packets + more, resolve });
    });
  }

  close(): void {
    this.#connection?.close();
    this.#connection = undefined;
    for (const track of this.#tracks) track.close();
    this.#tracks.clear();
  }

  #answer(broadcaster: string, sdp: string): void {
    this.close();
    const connection = new PeerConnection('viewer', { iceServers: [] });
    this.#connection = connection;
    connection.onLocalDescription((answer) =>
      this.#send({ type: 'answer', to: broadcaster, sdp: withoutTransportFeedback(answer) }),
    );
    connection.onLocalCandidate((candidate, sdpMid) => {
      this.#send({ type: 'ice-candidate', to: broadcaster, candidate, sdpMid });
    });
    connection.onStateChange((state) => {
      if (state === 'closed') connection.close();
    });
    connection.onTrack((track) => {
      this.#tracks.add(track);
      track.setMediaHandler(new RtcpReceivingSession());
      track.onMessage((packet) => {
        this.onPacket(packet);
        this.#count();
      });
    });
    connection.setRemoteDescription(sdp, 'offer');
  }

  #count(): void {
    this.packets++;
    const due = this.#waiting.filter(({ count }) => count <= this.packets);
    if (due.length === 0) return;
    this.#waiting = this.#waiting.filter(({ count }) => count > this.packets);
    for (const { resolve } of due) resolve();
  }
}

/** The library would promise it and send none: the streamer took that for a path that carries nothing. */
function withoutTransportFeedback(answer: string): string {
  return answer.replace(/^a=(?:rtcp-fb:\d+ transport-cc|extmap:\d+ \S*transport-wide-cc\S*)\r\n/gm, '');
}

/** As the page closes its WebSocket (SPEC.md, JOIN6). */
const SAID_GOODBYE = 1000;

/** A viewer with a WebSocket of its own. */
export class ProgramViewer {
  readonly #socket: WebSocket;
  readonly peer: ReceivingPeer;

  static async join(port: number, streamId = 'pi-camera-stream'): Promise<ProgramViewer> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}`);
    const viewer = new ProgramViewer(socket);
    await once(socket, 'open');
    socket.send(JSON.stringify({ type: 'join', stream_id: streamId }));
    return viewer;
  }

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    this.peer = new ReceivingPeer((message) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
    });
    socket.on('message', (data) => this.peer.handle(JSON.parse(data.toString()) as ServerMessage));
    socket.on('error', () => undefined);
  }

  /**
   * Leaves as people do: `hang-up` closes all, `lose-socket` loses the WebSocket first, `vanish` says nothing. Who lost
   * its server before has no WebSocket to close.
   */
  async leave(how: 'hang-up' | 'lose-socket' | 'vanish'): Promise<void> {
    const isClosed = this.#socket.readyState === WebSocket.CLOSED;
    const closed = isClosed ? Promise.resolve() : once(this.#socket, 'close');
    if (how === 'hang-up') this.#socket.close(SAID_GOODBYE);
    else this.#socket.terminate();
    await closed;
    if (how !== 'vanish') this.peer.close();
  }
}
