/** A broadcaster that is a program: it offers what a test wants, and sends no video. */
import { once } from 'node:events';
import type { ClientMessage, ServerMessage, ServerMessageOf } from '@perch/protocol';
import { PeerConnection, type Track, Video } from 'node-datachannel';
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';

/** Any that is not taken. */
const PAYLOAD_TYPE = 102;

export class ProgramCamera {
  readonly #socket: WebSocket;
  readonly #addCodec: (video: Video, payloadType: number) => void;
  readonly #connections = new Map<string, PeerConnection>();
  /** A track that nobody holds is collected as garbage, and then its connection makes an offer without video. */
  readonly #tracks: Track[] = [];
  /** Answers that came. */
  answers = 0;

  /** Resolves when it is registered; it ends with the test. */
  static async register(
    port: number,
    addCodec: (video: Video, payloadType: number) => void,
    streamId = 'pi-camera-stream',
  ): Promise<ProgramCamera> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}`);
    const camera = new ProgramCamera(socket, addCodec);
    onTestFinished(() => camera.close());
    // Before it registers: a viewer who waits for it is announced in the same breath as it is told that it is registered.
    socket.on('message', (data) => camera.#handle(JSON.parse(String(data)) as ServerMessage));
    await once(socket, 'open');
    camera.#send({ type: 'register', stream_id: streamId });
    await once(socket, 'message');
    return camera;
  }

  private constructor(socket: WebSocket, addCodec: (video: Video, payloadType: number) => void) {
    this.#socket = socket;
    this.#addCodec = addCodec;
    socket.on('error', () => undefined);
  }

  close(): void {
    this.#socket.terminate();
    for (const connection of this.#connections.values()) connection.close();
  }

  #send(message: ClientMessage): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #handle(message: ServerMessage): void {
    if (message.type === 'viewer-joined') this.#offer(message.viewer_id);
    if (message.type === 'answer') {
      this.answers += 1;
      this.#connections.get(message.from)?.setRemoteDescription(message.sdp, 'answer');
    }
    if (message.type === 'ice-candidate') this.#handleCandidate(message);
  }

  #handleCandidate({ from, candidate, sdpMid }: ServerMessageOf<'ice-candidate'>): void {
    try {
      this.#connections.get(from)?.addRemoteCandidate(candidate, sdpMid ?? 'video');
    } catch {
      // For a connection that the viewer has ended by now.
    }
  }

  #offer(to: string): void {
    const connection = new PeerConnection('camera', { iceServers: [] });
    this.#connections.set(to, connection);
    connection.onLocalDescription((sdp) => this.#send({ type: 'offer', to, sdp }));
    connection.onLocalCandidate((candidate, sdpMid) =>
      this.#send({ type: 'ice-candidate', to, candidate, sdpMid }),
    );
    const video = new Video('video', 'SendOnly');
    this.#addCodec(video, PAYLOAD_TYPE);
    this.#tracks.push(connection.addTrack(video));
    connection.setLocalDescription('offer');
  }
}
