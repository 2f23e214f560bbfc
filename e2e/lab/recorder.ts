/** What the watch page shows, recorded inside the page. The functions here run in the browser. */

/** Times are Unix milliseconds; all of the lab runs on one clock. */
export interface Recording {
  /** When each picture was handed to the display. */
  readonly pictures: number[];
  /** One row of pixels through the time strip, from time to time. */
  readonly strips: { readonly at: number; readonly luma: readonly number[] }[];
  /** Once a second. */
  readonly seconds: SecondStats[];
}

/** W3C webrtc-stats of the incoming video; counts are since the connection was made. */
export interface SecondStats {
  readonly at: number;
  readonly bytes: number;
  readonly packets: number;
  readonly packetsLost: number;
  readonly retransmittedPackets: number;
  readonly nacks: number;
  readonly plis: number;
  readonly framesDecoded: number;
  readonly freezes: number;
  readonly freezeSeconds: number;
  readonly frameWidth: number;
  readonly jitterBufferSeconds: number;
  readonly jitterBufferPictures: number;
}

declare global {
  interface Window {
    labRecording: Recording;
  }
}

/** Starts recording; to be called once in a page that has its video element. */
export function startRecorder(): void {
  // Reading pixels back takes some milliseconds of a busy machine.
  const STRIP_EVERY_MS = 100;
  const recording: Recording = { pictures: [], strips: [], seconds: [] };
  window.labRecording = recording;
  const video = (document.querySelector('perch-player')?.shadowRoot ?? document).querySelector(
    'video',
  ) as HTMLVideoElement;
  const canvas = new OffscreenCanvas(1, 1);
  const context = canvas.getContext('2d', { willReadFrequently: true }) as OffscreenCanvasRenderingContext2D;

  let stripDue = 0;
  video.requestVideoFrameCallback(function shown(_, { presentationTime }) {
    video.requestVideoFrameCallback(shown);
    recording.pictures.push(performance.timeOrigin + presentationTime);
    const at = Date.now();
    if (at < stripDue) return;
    stripDue = at + STRIP_EVERY_MS;
    const width = video.videoWidth;
    if (canvas.width !== width) canvas.width = width;
    context.drawImage(video, 0, Math.floor(width / 80), width, 1, 0, 0, width, 1);
    const { data } = context.getImageData(0, 0, width, 1);
    recording.strips.push({ at, luma: Array.from({ length: width }, (__, x) => data[x * 4] ?? 0) });
  });

  setInterval(async () => {
    const connection = window.perchProbe.connections.at(-1);
    if (connection === undefined) return;
    const at = Date.now();
    for (const entry of (await connection.getStats()).values()) {
      if (entry.type !== 'inbound-rtp') continue;
      recording.seconds.push({
        at,
        bytes: entry.bytesReceived + entry.headerBytesReceived,
        packets: entry.packetsReceived,
        packetsLost: entry.packetsLost,
        retransmittedPackets: entry.retransmittedPacketsReceived ?? 0,
        nacks: entry.nackCount,
        plis: entry.pliCount,
        framesDecoded: entry.framesDecoded,
        freezes: entry.freezeCount,
        freezeSeconds: entry.totalFreezesDuration,
        frameWidth: entry.frameWidth ?? 0,
        jitterBufferSeconds: entry.jitterBufferDelay,
        jitterBufferPictures: entry.jitterBufferEmittedCount,
      });
    }
  }, 1000);
}

/** How the page is connected: candidate types here and there, as RFC 8445 names them. */
export interface Route {
  readonly viewer: string;
  readonly streamer: string;
}

export async function readRoute(): Promise<Route | undefined> {
  const connection = window.perchProbe.connections.at(-1);
  if (connection === undefined) return undefined;
  const report: Map<string, Record<string, string>> = new Map(await connection.getStats());
  for (const transport of report.values()) {
    const pair = report.get(transport['selectedCandidatePairId'] ?? '');
    const here = report.get(pair?.['localCandidateId'] ?? '');
    const there = report.get(pair?.['remoteCandidateId'] ?? '');
    if (here === undefined || there === undefined) continue;
    const relayed = here['relayProtocol'] === undefined ? '' : `/${here['relayProtocol']}`;
    return { viewer: `${here['candidateType']}${relayed}`, streamer: String(there['candidateType']) };
  }
  return undefined;
}
