/** Decoders of the streamer: answers, offers and checks of viewers. */
import { checkUsableSdp } from '@perch/protocol';
import { withTieBreaker } from '../../packages/streamer/src/adapters/tie-breaker.ts';
import { agreedMedia } from '../../packages/streamer/src/domain/agreed-media.ts';
import { videoOffer } from '../../packages/streamer/src/domain/video-offer.ts';
import { readViewerOffer } from '../../packages/streamer/src/domain/viewer-offer.ts';
import { type Decoder, must } from '../decoder.ts';
import { ANSWER, OFFER, sdpWords, writeSdp } from './sdp-grammar.ts';

const format = { width: 1280, height: 720, framesPerSecond: 30, bitsPerSecond: 2_000_000 };
const ours = videoOffer({ format, random: () => 0.5 });

const answer: Decoder<string> = {
  name: 'viewer-answer',
  samples: [ANSWER, OFFER],
  words: sdpWords,
  maxLength: 64 * 1024,
  generate: writeSdp,
  check: (sdp) => {
    const { extensionIds, rtx, transportFeedback } = agreedMedia(ours, sdp);
    const ids = Object.values(extensionIds).filter((id) => id !== undefined);
    must(
      ids.every((id) => ours.extensions.some((offered) => offered.id === id)),
      'nothing is taken that was not offered',
    );
    return `${ids.join()} ${rtx} ${transportFeedback}`;
  },
};

const offer: Decoder<string> = {
  name: 'viewer-offer',
  samples: [OFFER, ANSWER],
  words: sdpWords,
  maxLength: 64 * 1024,
  generate: writeSdp,
  check: (sdp) => {
    const read = readViewerOffer(sdp, ours);
    if (!read.ok) return read.reason.replaceAll(/\d+/gu, 'n');
    const { video, stackSdp } = read.value;
    must(checkUsableSdp(stackSdp) === undefined, 'what the stack is given can be used');
    must(
      Number.isInteger(video.payloadType) && video.payloadType >= 0 && video.payloadType <= 127,
      'a payload type has 7 bits',
    );
    must(
      video.extensions.every(({ id }) => id >= 1 && id <= 14),
      'an extension has 4 bits',
    );
    return `${video.extensions.length} ${video.rtx !== undefined} ${read.value.sections.media.length}`;
  },
};

/** As far as its lengths go: what it is signed with does not matter here. */
const CHECK = Uint8Array.from([
  ...[0x00, 0x01, 0x00, 0x2c, 0x21, 0x12, 0xa4, 0x42, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
  ...[0x80, 0x29, 0x00, 0x08, 0, 0, 0, 0, 0, 0, 0, 0],
  ...[0x00, 0x08, 0x00, 0x14, ...Array.from({ length: 20 }, () => 0xab)],
  ...[0x80, 0x28, 0x00, 0x04, 0, 0, 0, 0],
]);

const tieBreaker: Decoder<Uint8Array> = {
  name: 'tie-breaker',
  samples: [CHECK],
  words: [Uint8Array.from([0x80, 0x2a, 0x00, 0x08]), Uint8Array.from([0x00, 0x06, 0x00, 0x09])],
  maxLength: 1500,
  check: (packet) => {
    const before = Buffer.from(packet);
    const after = withTieBreaker(before, 'password');
    must(before.equals(packet), 'what was received is left as it is');
    must(after.length === before.length, 'a check keeps its length');
    must(withTieBreaker(after, 'password') === after, 'what was mended needs no mending');
    return after === before ? 'as it was' : 'mended';
  },
};

export const STREAMER_DECODERS: readonly Decoder[] = [answer, offer, tieBreaker];
