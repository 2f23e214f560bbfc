/**
 * What the streamer offers every viewer: H.264 with retransmission and feedback, and the header extensions that packets
 * have room for. Pure: made once for a stream. Not here: what one viewer takes of it (agreed-media.ts), the SDP's text
 * (adapters/video-section.ts).
 */
import {
  h264LevelFor,
  PLAYOUT_DELAY_URI,
  type PlayoutDelay,
  profileLevelId,
  type RtpPacketizerOptions,
  TRANSPORT_SEQUENCE_URI,
  type VideoFormat,
} from '@perch/rtp';
import type { VideoOffer } from './peer-transport.ts';

/** Dynamic payload types start at 96 (RFC 3551, section 3); Chromium's own choices for H.264 baseline and its RTX. */
const PAYLOAD_TYPE = 102;
const RTX_PAYLOAD_TYPE = 103;

/** Ids 1 to 14 fit the one-byte form (RFC 8285, section 4.2). */
const PLAYOUT_DELAY_ID = 2;
const TRANSPORT_SEQUENCE_ID = 3;

/** RFC 8830: the names under which a viewer finds the one track in its one stream. */
export const STREAM_ID = 'perch';
export const TRACK_ID = 'video';

/**
 * What we would receive of a viewer (RFC 3264, section 5.1, of `b=`), who sends nothing but RTCP. libwebrtc spends a twentieth
 * of it on transport-wide feedback and sends that 50 to 250 ms apart: every 125 ms with this, every 62.5 without, which is
 * sooner than congestion control gains from (congestion-scenarios.test.ts), and receiving is most of what a feedback costs.
 */
export const RECEIVED_KBIT_PER_SECOND = 96;

/** H.264 level 3.1, 1280x720 at 30 a second: for a format that no level names, what every browser decodes. */
const USUAL_LEVEL = 31;

/** Show each picture as soon as it is there: a camera is watched to see what happens now. */
const AT_ONCE: PlayoutDelay = { minMs: 0, maxMs: 0 };

export interface VideoOfferSettings {
  readonly format: VideoFormat;
  /** Random numbers from 0 up to, not including, 1. */
  readonly random: () => number;
}

export function videoOffer({ format, random }: VideoOfferSettings): VideoOffer {
  const ssrc = randomSsrc(random);
  return {
    payloadType: PAYLOAD_TYPE,
    ssrc,
    cname: Math.floor(random() * 2 ** 48).toString(36),
    profileLevelId: profileLevelId('constrained-baseline', h264LevelFor(format) ?? USUAL_LEVEL),
    extensions: [
      { id: PLAYOUT_DELAY_ID, uri: PLAYOUT_DELAY_URI },
      { id: TRANSPORT_SEQUENCE_ID, uri: TRANSPORT_SEQUENCE_URI },
    ],
    rtx: { payloadType: RTX_PAYLOAD_TYPE, ssrc: otherSsrc(ssrc, random) },
  };
}

/** The room that the packets of every layer have for what is offered; 0/0 unless the owner wants a smoother picture. */
export function offeredExtensions(
  playoutDelay: PlayoutDelay = AT_ONCE,
): NonNullable<RtpPacketizerOptions['extensions']> {
  return {
    transportSequence: { id: TRANSPORT_SEQUENCE_ID },
    playoutDelay: { id: PLAYOUT_DELAY_ID, ...playoutDelay },
  };
}

/** RFC 3550, section 8.1: random, so that two streams do not collide; zero is avoided, some take it for none. */
function randomSsrc(random: () => number): number {
  return 1 + Math.floor(random() * (2 ** 32 - 1));
}

/** Two streams of one session must differ (RFC 3550, section 8); so they do whatever `random` says. */
function otherSsrc(ssrc: number, random: () => number): number {
  const other = randomSsrc(random);
  if (other !== ssrc) return other;
  return ssrc === 1 ? 2 : ssrc - 1;
}
