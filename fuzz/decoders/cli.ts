/** Decoders of the command line: what STUN and TURN servers answer `perch doctor`. */
import {
  ATTRIBUTE,
  decodeAnswer,
  errorCode,
  readAddress,
  splitStream,
} from '../../packages/cli/src/doctor/stun/stun-message.ts';
import { type Decoder, must } from '../decoder.ts';

const HEADER = [0x21, 0x12, 0xa4, 0x42, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
/** An address for IPv4, and one for IPv6. */
const SUCCESS = Uint8Array.from([
  ...[0x01, 0x03, 0x00, 0x24, ...HEADER],
  ...[0x00, 0x20, 0x00, 0x08, 0x00, 0x01, 0xc1, 0x4b, 0x5e, 0x12, 0xa4, 0x43],
  ...[0x00, 0x16, 0x00, 0x14, 0x00, 0x02, 0xc1, 0x4b, ...HEADER],
]);
const UNAUTHORIZED = Uint8Array.from([
  ...[0x01, 0x13, 0x00, 0x14, ...HEADER],
  ...[0x00, 0x09, 0x00, 0x04, 0x00, 0x00, 0x04, 0x01],
  ...[0x00, 0x14, 0x00, 0x05, 0x72, 0x65, 0x61, 0x6c, 0x6d, 0, 0, 0],
]);

const stunAnswer: Decoder<Uint8Array> = {
  name: 'doctor-stun',
  samples: [SUCCESS, UNAUTHORIZED, Uint8Array.from([...UNAUTHORIZED, ...SUCCESS])],
  words: Object.values(ATTRIBUTE).map((type) => Uint8Array.from([type >> 8, type & 0xff, 0x00, 0x08])),
  maxLength: 4096,
  check: (bytes) => {
    const split = splitStream(Buffer.from(bytes));
    if (split === undefined) return 'refused';
    const { messages, rest } = split;
    must(Buffer.concat([...messages, rest]).equals(bytes), 'nothing of a stream is lost');
    const ways = messages.map((message) => {
      const answer = decodeAnswer(message);
      if (answer === undefined) return 'no answer';
      must(errorCode(answer) < 1_000, 'an error has three digits, and a rest of eight bits');
      const addresses = Object.values(ATTRIBUTE).flatMap((type) => readAddress(answer, type) ?? []);
      must(
        addresses.every(({ host, port }) => host !== '' && port >= 0 && port <= 0xffff),
        'an address can be sent to',
      );
      return `${answer.success} ${Math.min(4, addresses.length)}`;
    });
    return ways.slice(0, 4).join();
  },
};

export const CLI_DECODERS: readonly Decoder[] = [stunAnswer];
