/** Decoders of the streamer: answers and offers of viewers. */
import { checkUsableSdp } from '@perch/protocol';
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

export const STREAMER_DECODERS: readonly Decoder[] = [answer, offer];
