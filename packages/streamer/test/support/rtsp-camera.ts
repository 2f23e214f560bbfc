/**
 * A camera in the network: serves recorded H.264 over RTSP (RFC 2326), its RTP inside the same TCP connection
 * (section 10.12), in real time and over and over. As much of the protocol as a client needs that plays one stream.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { type AccessUnit, RtpPacketizer, setSequenceNumber } from '@perch/rtp';

interface Options {
  readonly pictures: readonly AccessUnit[];
  readonly framesPerSecond: number;
  /** `user:password`, asked for by Basic authentication. */
  readonly credentials?: string;
}

export class RtspCamera {
  readonly #options: Options;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly requests: string[] = [];

  static async listen(options: Options): Promise<RtspCamera> {
    const camera = new RtspCamera(options);
    await new Promise<void>((resolve) => camera.#server.listen(0, '127.0.0.1', resolve));
    return camera;
  }

  private constructor(options: Options) {
    this.#options = options;
    this.#server = createServer((socket) => this.#serve(socket));
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  /** Goes on with its connections and sends nothing more. */
  hang(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }

  /** Loses its connections, as by a restart. */
  drop(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.hang();
    this.drop();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#sockets.delete(socket));
    let text = '';
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
      for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
        // What comes before a request is the client's RTCP.
        this.#answer(socket, text.slice(text.search(/[A-Z_]+ rtsp:/u), end));
        text = text.slice(end + 4);
      }
    });
  }

  #answer(socket: Socket, request: string): void {
    const [, method = ''] = /^([A-Z_]+) /u.exec(request) ?? [];
    const [, number = '0'] = /^CSeq: *(\d+)/imu.exec(request) ?? [];
    this.requests.push(method);
    const reply = (status: string, lines: readonly string[] = [], body = ''): void => {
      const head = [`RTSP/1.0 ${status}`, `CSeq: ${number}`, ...lines, `Content-Length: ${body.length}`];
      socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
    };
    const { credentials } = this.#options;
    const wanted = credentials === undefined ? '' : `Basic ${Buffer.from(credentials).toString('base64')}`;
    if (wanted !== '' && !request.includes(wanted)) {
      reply('401 Unauthorized', ['WWW-Authenticate: Basic realm="camera"']);
      return;
    }
    if (method === 'OPTIONS') reply('200 OK', ['Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN']);
    else if (method === 'DESCRIBE') reply('200 OK', ['Content-Type: application/sdp'], SDP);
    else if (method === 'SETUP') {
      reply('200 OK', ['Transport: RTP/AVP/TCP;unicast;interleaved=0-1', 'Session: 1']);
    } else {
      reply('200 OK', ['Session: 1']);
      if (method === 'PLAY') this.#play(socket);
    }
  }

  #play(socket: Socket): void {
    const { pictures, framesPerSecond } = this.#options;
    const packetizer = new RtpPacketizer({ ssrc: 1, payloadType: 96, timestampOffset: 0 });
    let count = 0;
    const timer = setInterval(() => {
      const picture = pictures[count % pictures.length]!;
      const packets = packetizer.packetize(picture.nalUnits, (count * 90_000) / framesPerSecond);
      for (const { bytes, index } of packets) {
        setSequenceNumber(bytes, index & 0xffff);
        const head = Buffer.from([DOLLAR, 0, bytes.length >> 8, bytes.length & 0xff]);
        socket.write(Buffer.concat([head, bytes]));
      }
      count++;
    }, 1000 / framesPerSecond);
    this.#timers.add(timer);
    socket.on('close', () => clearInterval(timer));
  }
}

/** Marks what is not RTSP in the connection. */
const DOLLAR = 0x24;

const SDP = [
  'v=0',
  'o=- 1 1 IN IP4 127.0.0.1',
  's=camera',
  't=0 0',
  'm=video 0 RTP/AVP 96',
  'c=IN IP4 0.0.0.0',
  'a=rtpmap:96 H264/90000',
  'a=fmtp:96 packetization-mode=1',
  'a=control:trackID=0',
  '',
].join('\r\n');
