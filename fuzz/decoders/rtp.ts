/** Decoders of what comes from cameras and viewers as bytes. */
import {
  AccessUnitAssembler,
  AnnexBReader,
  parseRtcp,
  parseRtpPacket,
  parseSps,
  profileLevelIdOfSps,
  splitAnnexB,
} from '@perch/rtp';
import { type Decoder, must } from '../decoder.ts';
import { join } from '../mutate.ts';
import type { Random } from '../random.ts';

const hex = (text: string) =>
  Uint8Array.from(text.match(/[\da-f]{2}/gu) ?? [], (digits) => Number.parseInt(digits, 16));
const concat = (...parts: readonly Uint8Array[]) => join(...parts) as Uint8Array;

const RTCP = [
  '81 c9 00 07 00 00 00 01 00 00 00 02 40 ff ff fe 00 01 ff ff 00 00 00 5a 12 34 56 78 00 00 80 00',
  '80 c8 00 06 01 02 03 04 e0 00 00 01 80 00 00 00 00 00 00 05 00 00 00 07 00 00 00 08',
  '81 cd 00 03 00 00 00 01 00 00 00 02 ff fe 80 05',
  '81 ce 00 02 00 00 00 01 00 00 00 02',
  '84 ce 00 04 00 00 00 01 00 00 00 00 00 00 00 02 07 00 00 00',
  '8f ce 00 05 00 00 00 01 00 00 00 00 52 45 4d 42 01 0b d0 90 00 00 00 02',
  '81 ca 00 02 00 00 00 01 01 01 61 00',
  '82 cb 00 02 00 00 00 01 00 00 00 02',
  '8f cd 00 08 00 00 00 01 00 00 00 02 ff fe 00 17 ff ff ff 2a 20 02 a4 00 d2 00 04 08 0c 10 14 ff fc 00 00 00',
  'af cd 00 05 00 00 00 01 00 00 00 02 00 00 00 02 00 00 00 00 20 02 04 01',
].map(hex);

const rtcp: Decoder<Uint8Array> = {
  name: 'rtcp',
  // Run lengths: twenty bytes of feedback stand for thousands of packets, so a few more may turn nothing into all of it.
  expands: true,
  samples: [...RTCP, concat(...RTCP)],
  words: RTCP.map((packet) => packet.subarray(0, 12)),
  maxLength: 4096,
  generate: (random) => concat(...Array.from({ length: 1 + random.below(6) }, () => writeRtcp(random))),
  check: (bytes) => {
    const packets = parseRtcp(bytes);
    must(packets.length <= bytes.length / 4, 'a packet has four bytes at least');
    let entries = 0;
    for (const packet of packets) {
      for (const value of Object.values(packet))
        must(typeof value !== 'number' || Number.isFinite(value), 'numbers are numbers');
      if (packet.type === 'transport-feedback') entries += packet.arrivalDeltas.length;
    }
    must(entries <= 8192, 'feedback covers a bounded number of packets');
    return packets
      .map(({ type }) => type)
      .slice(0, 4)
      .join(' ');
  },
};

/** A header that fits, and a body that need not. */
function writeRtcp(random: Random): Uint8Array {
  const body = random.bytes(4 * random.length(40));
  const words = random.below(10) === 0 ? random.below(65_536) : body.length / 4;
  const [format, type] = random.pick([
    [1, 201],
    [15, 205],
    [15, 205],
    [1, 205],
    [1, 206],
    [4, 206],
    [15, 206],
    [2, 203],
    [0, 200],
  ] as const);
  return concat(Uint8Array.from([0x80 | format, type, words >> 8, words & 255]), body);
}

const transportFeedback: Decoder<Uint8Array> = {
  ...rtcp,
  name: 'transport-feedback',
  samples: RTCP.slice(-2),
  generate: writeFeedback,
};

/** Chunks of each kind, and as many deltas as they ask for, more or less. */
function writeFeedback(random: Random): Uint8Array {
  const chunks: number[] = [];
  const deltas: number[] = [];
  let count = 0;
  for (let n = 1 + random.below(8); n > 0; n--) {
    const kind = random.below(3);
    const run = random.length(kind === 0 ? 8191 : 14);
    const symbol = random.below(kind === 0 ? 4 : 3);
    chunks.push(
      kind === 0 ? symbol << 5 : kind === 1 ? 0x80 | random.below(64) : 0xc0 | random.below(64),
      random.below(256),
    );
    if (kind === 0) chunks[chunks.length - 1] = run & 255;
    count += kind === 0 ? run & 255 : kind === 1 ? 14 : 7;
    for (let k = Math.min(400, run) * symbol; k > 0; k--) deltas.push(random.below(256));
  }
  if (random.below(4) === 0) count = random.below(65_536);
  const fixed = [
    0,
    0,
    0,
    1,
    0,
    0,
    0,
    2,
    random.below(256),
    random.below(256),
    (count >> 8) & 255,
    count & 255,
  ];
  const body = [...fixed, ...random.bytes(4), ...chunks, ...deltas];
  while (body.length % 4 !== 0) body.push(0);
  const words = body.length / 4;
  return Uint8Array.from([0x8f, 205, (words >> 8) & 255, words & 255, ...body]);
}

const SPS = [
  '67 42 c0 1f d9 00 50 05 bb 01 10 00 00 03 00 10 00 00 03 03 c0 f1 83 24 80',
  '67 64 00 28 ac d9 40 78 02 27 e5 c0 44 00 00 03 00 04 00 00 03 00 f0 3c 60 c6 58',
  '67 4d 40 1e e8 80 50 17 fc b8',
].map(hex);

const sps: Decoder<Uint8Array> = {
  name: 'sps',
  samples: SPS,
  maxLength: 64 * 1024,
  generate: (random) =>
    concat(
      hex('67'),
      Uint8Array.of(random.pick([66, 77, 100, 110, 122, 244, 44])),
      random.bytes(random.length(64)),
    ),
  check: (bytes) => {
    const parsed = parseSps(bytes);
    if (parsed === undefined) return 'refused';
    must(/^[\da-f]{6}$/u.test(profileLevelIdOfSps(parsed)), 'a profile-level-id is three bytes');
    const { width, height } = parsed;
    must(
      [width, height].every((side) => Number.isInteger(side) && side > 0 && side <= 16_384),
      'a picture has a size',
    );
    return `${parsed.profileIdc} ${width % 16} ${height % 16}`;
  },
};

const STREAM = concat(
  ...[
    SPS[0]!,
    hex('68 ce 3c 80'),
    hex('65 88 84 00 33 ff'),
    hex('09 10'),
    hex('41 9a 24 6c'),
    hex('01 9e 41 00 00 03 01'),
  ].flatMap((nalUnit, n) => [hex(n % 2 === 0 ? '00 00 00 01' : '00 00 01'), nalUnit]),
);

const annexB: Decoder<Uint8Array> = {
  name: 'annex-b',
  samples: [STREAM, concat(STREAM, hex('00 00 00'), STREAM)],
  words: ['00 00 01', '00 00 00 01', '00', '00 00', '00 00 03', '01'].map(hex),
  maxLength: 64 * 1024,
  check: (bytes) => {
    const whole = splitAnnexB(bytes);
    for (const nalUnit of whole) {
      must(nalUnit.length > 0 && nalUnit.at(-1) !== 0, 'a NAL unit does not end in zero');
    }
    const reader = new AnnexBReader();
    const pieces: Uint8Array[] = [];
    // Pieces of a length that the bytes decide, a few for those that are short.
    const step = 1 + ((bytes[0] ?? 0) % 7) + (bytes.length >> 6);
    for (let at = 0; at < bytes.length; at += step)
      pieces.push(...reader.push(bytes.subarray(at, at + step)));
    const last = reader.flush();
    if (last !== undefined) pieces.push(last);
    must(
      pieces.length === whole.length && pieces.every((piece, n) => sameBytes(piece, whole[n]!)),
      'cuts change nothing',
    );
    return String(Math.min(9, whole.length));
  },
};

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

const accessUnits: Decoder<Uint8Array> = {
  ...annexB,
  name: 'access-unit',
  check: (bytes) => {
    const assembler = new AccessUnitAssembler();
    const nalUnits = splitAnnexB(bytes);
    const units = [...nalUnits.map((nalUnit) => assembler.push(nalUnit)), assembler.flush()];
    const given = units.flatMap((unit) => (unit === undefined ? [] : [...unit.nalUnits]));
    const known = new Set(nalUnits);
    must(new Set(given).size === given.length && given.every((it) => known.has(it)), 'each comes out once');
    for (const unit of units) {
      const types = unit?.nalUnits.map((nalUnit) => (nalUnit[0] ?? 0) & 31);
      must(types === undefined || types.some((type) => type >= 1 && type <= 5), 'a picture has a slice');
      must(unit?.keyframe !== true || types?.includes(5) === true, 'a keyframe is an IDR picture');
    }
    return `${Math.min(9, given.length)} ${assembler.lateSlices > 0}`;
  },
};

const rtpPacket: Decoder<Uint8Array> = {
  name: 'rtp-packet',
  samples: [
    '80 66 00 01 00 00 00 05 00 00 00 09 65 88',
    '90 e6 00 01 00 00 00 05 00 00 00 09 be de 00 02 22 00 00 00 31 00 05 00 41 9a',
    'a1 66 00 01 00 00 00 05 00 00 00 09 00 00 00 01 65 88 00 03',
  ].map(hex),
  maxLength: 4096,
  check: (bytes) => {
    const packet = parseRtpPacket(bytes);
    if (packet === undefined) return 'refused';
    const inside = [packet.payload, ...packet.extensions.map(({ data }) => data)];
    must(
      inside.every(({ length }) => length <= bytes.length - 12),
      'what is in it is not longer than it',
    );
    must(
      packet.extensions.every(({ id, data }) => id >= 1 && id <= 14 && data.length <= 16),
      'extensions are of the one-byte form',
    );
    return `${packet.marker} ${Math.min(4, packet.extensions.length)}`;
  },
};

export const RTP_DECODERS: readonly Decoder[] = [
  rtcp,
  transportFeedback,
  sps,
  annexB,
  accessUnits,
  rtpPacket,
];
