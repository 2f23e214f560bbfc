/**
 * `node bare-loop.js COMMAND [--told-of-arrivals]`: the least that sending with node-datachannel takes. Pictures from
 * the command are packetized once, and each packet is handed to each viewer's track. No history, no pacing, no rate
 * control; and no RTCP, unless told of arrivals: then the offer asks for transport-wide feedback as Perch's does, which the
 * library decrypts and hands over as it does for Perch, and which is thrown away.
 *
 * Signaling as in line-sender.ts.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { ClientMessage, ServerMessage } from '@perch/protocol';
import { AccessUnitAssembler, AnnexBReader, RtpPacketizer, TRANSPORT_SEQUENCE_URI } from '@perch/rtp';
import { PeerConnection, type Track, Video } from 'node-datachannel';

const SSRC = 1234;
const PAYLOAD_TYPE = 102;
const TICKS_PER_MS = 90;

/** Asked for with the feedback; the packets have no numbers, which transport-feedback.ts takes in its stride. */
const TRANSPORT_SEQUENCE_ID = 3;

/** Perch's, on which depends how often Chromium tells of arrivals (streamer/domain/video-offer.ts). */
const RECEIVED_KBIT_PER_SECOND = 96;

const FMTP = 'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f';

interface Viewer {
  readonly connection: PeerConnection;
  readonly track: Track;
  /** Candidates that were here before the answer. */
  readonly early: string[];
}

const viewers = new Map<string, Viewer>();
const open = new Set<Track>();

const [command = '', ...flags] = process.argv.slice(2);
const toldOfArrivals = flags.includes('--told-of-arrivals');
const reader = new AnnexBReader();
const assembler = new AccessUnitAssembler();
const packetizer = new RtpPacketizer({ ssrc: SSRC, payloadType: PAYLOAD_TYPE });
const feeder = spawn('sh', ['-c', command], { stdio: ['ignore', 'pipe', 'inherit'] });
feeder.stdout.on('data', (chunk: Buffer) => {
  for (const nalUnit of reader.push(chunk)) {
    // A picture is known to be whole when the next one begins; the delay does not matter here.
    const picture = assembler.push(nalUnit);
    if (picture !== undefined) send(picture.nalUnits);
  }
});

function send(nalUnits: readonly Uint8Array[]): void {
  for (const { bytes } of packetizer.packetize(nalUnits, performance.now() * TICKS_PER_MS)) {
    for (const track of open) track.sendMessageBinary(bytes as Buffer);
  }
}

createInterface({ input: process.stdin })
  .on('line', (line) => handle(JSON.parse(line) as ServerMessage))
  .on('close', () => process.exit());

function handle(message: ServerMessage): void {
  if (message.type === 'viewer-joined') viewers.set(message.viewer_id, offer(message.viewer_id));
  if (message.type === 'viewer-left') leave(message.viewer_id);
  if (message.type === 'answer') {
    const viewer = viewers.get(message.from);
    viewer?.connection.setRemoteDescription(message.sdp, 'answer');
    for (const candidate of viewer?.early.splice(0) ?? [])
      viewer?.connection.addRemoteCandidate(candidate, '0');
  }
  if (message.type === 'ice-candidate' && message.candidate !== '') {
    const viewer = viewers.get(message.from);
    // A busy receiver's first candidate may be here before its answer, and throws then.
    if (viewer?.connection.remoteDescription() === null) viewer.early.push(message.candidate);
    else viewer?.connection.addRemoteCandidate(message.candidate, '0');
  }
}

function offer(viewerId: string): Viewer {
  const connection = new PeerConnection('bare', {
    iceServers: [],
    disableAutoNegotiation: true,
    forceMediaTransport: true,
  });
  connection.onLocalDescription((sdp) => say({ type: 'offer', to: viewerId, sdp }));
  connection.onLocalCandidate((candidate, sdpMid) =>
    say({ type: 'ice-candidate', to: viewerId, candidate, sdpMid }),
  );
  const video = new Video('0', 'SendOnly');
  video.addH264Codec(PAYLOAD_TYPE, FMTP);
  video.addSSRC(SSRC, 'bare', 'bare', 'video');
  if (toldOfArrivals) {
    video.setBitrate(RECEIVED_KBIT_PER_SECOND);
    video.parseSdpLine(`a=rtcp-fb:${PAYLOAD_TYPE} transport-cc`);
    video.parseSdpLine(`a=extmap:${TRANSPORT_SEQUENCE_ID} ${TRANSPORT_SEQUENCE_URI}`);
  }
  const track = connection.addTrack(video);
  if (toldOfArrivals) track.onMessage(() => undefined);
  track.onOpen(() => open.add(track));
  connection.setLocalDescription('offer');
  return { connection, track, early: [] };
}

function leave(viewerId: string): void {
  const viewer = viewers.get(viewerId);
  if (viewer === undefined) return;
  viewers.delete(viewerId);
  open.delete(viewer.track);
  viewer.connection.close();
}

function say(message: ClientMessage): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
