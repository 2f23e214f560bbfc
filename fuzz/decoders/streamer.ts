/** Decoders of the streamer: answers, offers and checks of viewers. */
import { checkUsableSdp } from '@perch/protocol';
import { withTieBreaker } from '../../packages/streamer/src/adapters/tie-breaker.ts';
import {
  TurnStreamReader,
  toStream,
  withMendedCheck,
} from '../../packages/streamer/src/adapters/turn-framing.ts';
import { agreedMedia } from '../../packages/streamer/src/domain/agreed-media.ts';
import { sdpSections } from '../../packages/streamer/src/domain/sdp-sections.ts';
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
    const { extensionIds, rtx, transportFeedback } = agreedMedia(ours, sdpSections(sdp).media[0]);
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

/** What the check came in: a Data indication, and ChannelData filled up to four bytes. */
const INDICATION = Uint8Array.from([
  ...[0x00, 0x17, 0x00, CHECK.length + 4, 0x21, 0x12, 0xa4, 0x42, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
  ...[0x00, 0x13, 0x00, CHECK.length, ...CHECK],
]);
const CHANNEL_DATA = Uint8Array.from([0x40, 0x01, 0x00, 0x05, 1, 2, 3, 4, 5, 0, 0, 0]);

const turnStream: Decoder<Uint8Array> = {
  name: 'turn-stream',
  samples: [CHECK, INDICATION, CHANNEL_DATA, Uint8Array.from([...CHANNEL_DATA, ...INDICATION])],
  words: [Uint8Array.from([0x40, 0x00, 0x00, 0x00]), Uint8Array.from([0x00, 0x17]), CHANNEL_DATA],
  maxLength: 4096,
  check: (bytes) => {
    const whole = readTurn([bytes]);
    const half = bytes.length >> 1;
    const halves = readTurn([bytes.subarray(0, half), bytes.subarray(half)]);
    must(String(whole) === String(halves), 'it does not matter where the stream is cut');
    if (whole === undefined) return 'refused';
    const mended = whole.map((hex) => {
      const message = Buffer.from(hex, 'hex');
      must(toStream(message) !== undefined, 'what came out of a stream can go into one');
      const after = withMendedCheck(message, 'password');
      must(after.length === message.length, 'a message keeps its length');
      return after !== message;
    });
    return `${Math.min(4, mended.length)} ${mended.includes(true)}`;
  },
};

/** The messages in hexadecimal; undefined where the stream is no TURN's. */
function readTurn(chunks: readonly Uint8Array[]): string[] | undefined {
  const reader = new TurnStreamReader();
  const messages: string[] = [];
  try {
    for (const chunk of chunks)
      messages.push(...reader.push(Buffer.from(chunk)).map((message) => message.toString('hex')));
  } catch {
    return undefined;
  }
  return messages;
}

export const STREAMER_DECODERS: readonly Decoder[] = [answer, offer, tieBreaker, turnStream];
