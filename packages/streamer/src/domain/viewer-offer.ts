/**
 * A viewer's own offer, as players make it that speak WHEP (SPEC.md, WHEP rules): which of its sections and payload
 * types the video goes out under, and what of feedback, retransmission and header extensions it takes. Pure.
 *
 * The WebRTC stack is given an offer that is written here, with the one section that we answer; nothing else of what a
 * viewer sent reaches it. Not here: the answer's text (video-answer.ts).
 */
import { checkUsableSdp, type Result, refuse } from '@perch/protocol';
import { PLAYOUT_DELAY_URI, TRANSPORT_SEQUENCE_URI } from '@perch/rtp';
import { type AgreedMedia, agreedMedia } from './agreed-media.ts';
import { chooseH264, type H264Choice, retransmissionOf } from './h264-choice.ts';
import type { VideoOffer } from './peer-transport.ts';
import {
  attribute,
  headerExtensions,
  headOfBundle,
  type SdpSection,
  type SdpSections,
  sdpSections,
} from './sdp-sections.ts';

export interface ViewerOffer {
  readonly sections: SdpSections;
  /** The one of `sections` that the video goes into. */
  readonly section: SdpSection;
  readonly choice: H264Choice;
  /** The video under this viewer's numbers. */
  readonly video: VideoOffer;
  readonly agreed: AgreedMedia;
  /** What the WebRTC stack is to take for the offer. */
  readonly stackSdp: string;
}

/** What a section of ours needs of its transport; `setup` is whose turn it is to begin the handshake (RFC 8842). */
const TRANSPORT_ATTRIBUTES = ['ice-ufrag', 'ice-pwd', 'fingerprint', 'setup'] as const;

/** The one-byte form of header extensions has ids from 1 to 14 (RFC 8285, section 4.2). */
const MAX_EXTENSION_ID = 14;

/** `ours` is what viewers are offered who make no offer themselves. */
export function readViewerOffer(sdp: string, ours: VideoOffer): Result<ViewerOffer> {
  const refusal = checkUsableSdp(sdp);
  if (refusal !== undefined) return refusal;
  const sections = sdpSections(sdp);
  const wanted = sections.media.filter(wantsVideo);
  if (wanted.length === 0) return refuse('not-acceptable', 'the offer has no section that receives video');
  for (const section of wanted) {
    const choice = chooseH264(section, ours.profileLevelId);
    if (choice === undefined) continue;
    const transport = transportLines(sections, section);
    if (transport === undefined) return refuse('bad-sdp', 'the offer has a section without its transport');
    const video = underNumbersOf(section, choice, ours);
    const agreed = agreedMedia(video, section);
    const stackSdp = stackOffer(choice, transport);
    return { ok: true, value: { sections, section, choice, video, agreed, stackSdp } };
  }
  return refuse('not-acceptable', 'the viewer has no codec for this video: H.264 with packetization-mode=1');
}

/** RFC 9143, section 7.1: port 0 is a section that was given up, unless it only says `bundle-only`. */
function wantsVideo({ media, port, proto, lines }: SdpSection): boolean {
  const isOpen = port !== '0' || lines.includes('a=bundle-only');
  const receives = !lines.some((line) => line === 'a=sendonly' || line === 'a=inactive');
  // RTCP has no port of its own here (RFC 5761).
  return (
    media === 'video' && proto === 'UDP/TLS/RTP/SAVPF' && isOpen && receives && lines.includes('a=rtcp-mux')
  );
}

function underNumbersOf(section: SdpSection, choice: H264Choice, ours: VideoOffer): VideoOffer {
  const rtxPayloadType = retransmissionOf(section, choice.payloadType);
  const { rtx, ...plain } = ours;
  const offered = headerExtensions(section).filter(({ id }) => id >= 1 && id <= MAX_EXTENSION_ID);
  return {
    ...plain,
    payloadType: choice.payloadType,
    profileLevelId: choice.profileLevelId,
    extensions: [PLAYOUT_DELAY_URI, TRANSPORT_SEQUENCE_URI].flatMap((uri) => {
      const found = offered.find((extension) => extension.uri === uri);
      return found === undefined ? [] : [{ id: found.id, uri }];
    }),
    ...(rtx === undefined || rtxPayloadType === undefined
      ? {}
      : { rtx: { payloadType: rtxPayloadType, ssrc: rtx.ssrc } }),
  };
}

/**
 * The lines that say how this section is reached; undefined where one is missing. A section of a bundle may leave them to
 * the bundle's first (RFC 9143, section 7.1.3), any to the session part.
 */
function transportLines(sections: SdpSections, section: SdpSection): readonly string[] | undefined {
  const places = [section.lines, headOfBundle(sections, section)?.lines ?? [], sections.session];
  const found: string[] = [];
  for (const name of TRANSPORT_ATTRIBUTES) {
    const value = places.map((lines) => attribute(lines, name)).find((text) => text !== undefined);
    // checkUsableSdp saw the values; a name without one it takes for an attribute of its own.
    if (value === undefined || value === '') return undefined;
    if (name === 'setup' && !/^(?:actpass|active|passive)$/u.test(value)) return undefined;
    found.push(`a=${name}:${value}`);
  }
  const candidates = places.map((lines) => lines.filter((line) => line.startsWith('a=candidate:')));
  return [...found, ...(candidates.find((lines) => lines.length > 0) ?? [])];
}

function stackOffer({ payloadType }: H264Choice, transport: readonly string[]): string {
  return [
    'v=0',
    'o=- 1 1 IN IP4 127.0.0.1',
    's=-',
    't=0 0',
    'a=group:BUNDLE 0',
    `m=video 9 UDP/TLS/RTP/SAVPF ${payloadType}`,
    'c=IN IP4 0.0.0.0',
    'a=mid:0',
    'a=recvonly',
    'a=rtcp-mux',
    `a=rtpmap:${payloadType} H264/90000`,
    ...transport,
    '',
  ].join('\r\n');
}
