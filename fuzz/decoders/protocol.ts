/** Decoders of the wire: messages, descriptions, candidates, TURN credentials, the time strip. */
import {
  checkRelayableCandidate,
  checkRelayableSdp,
  checkUsableCandidate,
  checkUsableSdp,
  decodeClientMessage,
  decodeServerMessage,
  decodeTimeStrip,
  ERROR_CODES,
  encodeTimeStrip,
  MAX_CANDIDATE_CHARS,
  MAX_ERROR_MESSAGE_CHARS,
  MAX_MESSAGE_CHARS,
  MAX_SDP_CHARS,
  type Refusal,
  type Result,
  readTimeStrip,
  readTurnCredentials,
  TIME_STRIP_CELLS,
} from '@perch/protocol';
import { type Decoder, must } from '../decoder.ts';
import type { Random } from '../random.ts';
import { ANSWER, CANDIDATES, sdpWords, writeSdp } from './sdp-grammar.ts';

const ID = 'viewer-0123456789abcdefghijkl';
const ICE = [
  { urls: ['stun:a.example:3478'] },
  { urls: ['turns:[::1]:5349?transport=tcp'], username: 'u', credential: 'c' },
];

const CLIENT_MESSAGES = [
  { type: 'register', stream_id: 'front door', token: 'a.b.c' },
  { type: 'join', stream_id: 'cam', token: 'a.b.c', viewer_id: ID, resume_token: 'd.e.f' },
  { type: 'offer', to: ID, sdp: ANSWER },
  { type: 'answer', to: 'cam', sdp: ANSWER },
  { type: 'ice-candidate', to: 'cam', candidate: CANDIDATES[0], sdpMid: '0', sdpMLineIndex: 0 },
  { type: 'ice-candidate', to: 'cam', candidate: '', sdpMid: null, sdpMLineIndex: null },
  { type: 'stream-state', to: ID, state: 'camera-restarting' },
  { type: 'error', to: ID, message: 'no', code: 'too-many-viewers' },
  { type: 'viewer-ended', viewer_id: ID },
  { type: 'snapshot', id: 'a-1_B', jpeg: '/9j/2Q==', width: 640, height: 360 },
  { type: 'snapshot', id: 'a', reason: 'no-encoder' },
  { type: 'connected', route: 'relayed' },
  { type: 'ping' },
];

const SERVER_MESSAGES = [
  { type: 'registered', stream_id: 'cam', ice_servers: ICE, ice_ttl: 600 },
  { type: 'joined', viewer_id: ID, stream_id: 'cam', resumed: true, resume_token: 'd.e.f', ice_servers: ICE },
  { type: 'ice-servers', ice_servers: [], turn_unavailable: 'there is no TURN server' },
  { type: 'viewer-joined', viewer_id: ID, resumed: false, replaces: ID, offers: true, ice_servers: ICE },
  { type: 'viewer-left', viewer_id: ID, gone: true },
  { type: 'snapshot-wanted', id: 'a-1_B' },
  { type: 'broadcaster-joined', stream_id: 'cam' },
  { type: 'broadcaster-left' },
  { type: 'offer', from: 'cam', sdp: ANSWER },
  { type: 'error', from: 'cam', message: 'no', code: 'refused' },
  { type: 'pong' },
];

const JSON_WORDS = [
  ...[
    '"__proto__":{}',
    '"type":"offer"',
    '"constructor":1',
    'null',
    '[',
    ']',
    '{',
    '}',
    ',',
    ':',
    '"',
    '\\u0000',
  ],
  ...['"\\ud800"', '1e400', '-0', 'true', '[[[[[[[[', '{"a":{"a":{"a":', '"viewer_id":', '"sdp":"v=0\\r\\n'],
];

const VALUES = [
  '',
  'x',
  null,
  true,
  0,
  -1,
  1.5,
  1234567.5,
  -7654321,
  1e300,
  255,
  256,
  [],
  {},
  ['x'],
  { a: 1 },
  '\u0000',
  '\ud800',
  ' cam ',
  'x'.repeat(3000),
];

const messageDecoder = (
  name: string,
  messages: readonly object[],
  decode: (text: string) => Result<{ readonly type: string }>,
): Decoder<string> => ({
  name,
  samples: messages.map((message) => JSON.stringify(message)),
  words: JSON_WORDS,
  maxLength: MAX_MESSAGE_CHARS,
  generate: (random) => JSON.stringify(writeMessage(random, messages)),
  check: (text) => {
    const decoded = decode(text);
    if (!decoded.ok) return checkRefusal(decoded, text);
    const { value } = decoded;
    must(
      messages.some((message) => 'type' in message && message.type === value.type) || KNOWN.has(value.type),
      'the type is known',
    );
    const again = decode(JSON.stringify(value));
    must(
      again.ok && JSON.stringify(again.value) === JSON.stringify(value),
      'what was decoded decodes to itself',
    );
    return [value.type, ...Object.keys(value)].join(' ');
  },
});

/** Types that no sample has. */
const KNOWN: ReadonlySet<string> = new Set(['answer', 'ice-candidate', 'stream-state']);

/** A message with some of its fields as another has them, or as none has. */
function writeMessage(random: Random, messages: readonly object[]): object {
  const message: Record<string, unknown> = { ...random.pick(messages) };
  for (const [field, value] of Object.entries(random.pick(messages))) {
    if (random.below(3) === 0) message[field] = value;
  }
  for (const field of Object.keys(message)) {
    if (field === 'type' ? random.below(20) === 0 : random.below(4) === 0)
      message[field] = random.pick(VALUES);
    else if (field === 'sdp' && random.below(2) === 0) message[field] = writeSdp(random);
    else if (random.below(12) === 0) delete message[field];
  }
  return message;
}

/** ERR1, ERR4: it has a code, fits into an error message, and repeats nothing that could be anyone's secret. */
function checkRefusal({ code, reason }: Refusal, text: string): string {
  must((ERROR_CODES as readonly string[]).includes(code), 'the code is known');
  must(reason !== '' && reason.length <= MAX_ERROR_MESSAGE_CHARS, 'the reason is a sentence');
  must(
    !SECRETS.some((secret) => text.includes(secret) && reason.includes(secret)),
    'the reason repeats nothing',
  );
  return `${code} ${reason}`;
}

const SECRETS = [
  'a.b.c',
  'd.e.f',
  ID,
  'Qk3z',
  '0FlvkHk8jJY0hQ9Yw7k9Zt3v',
  '192.168.1.20',
  '1234567',
  '7654321',
];

const description: Decoder<string> = {
  name: 'description',
  samples: [ANSWER, ANSWER.replaceAll('\r\n', '\n')],
  words: sdpWords,
  maxLength: MAX_SDP_CHARS,
  generate: writeSdp,
  check: (sdp) => {
    const relayable = checkRelayableSdp(sdp);
    const usable = checkUsableSdp(sdp);
    if (relayable !== undefined) {
      must(usable !== undefined, 'what cannot be relayed cannot be used');
      must(relayable.code === 'bad-sdp', 'the code says what is wrong');
    }
    if (usable === undefined) {
      must(
        sdp.startsWith('v=0') && sdp.includes('\nm=') && sdp.length <= MAX_SDP_CHARS,
        'it is a description',
      );
      return 'usable';
    }
    return checkRefusal(usable, sdp).replaceAll(/\d+/gu, 'n');
  },
};

const candidate: Decoder<string> = {
  name: 'candidate',
  samples: ['', ...CANDIDATES],
  words: [
    'candidate:',
    ' typ ',
    'host',
    'relay',
    ' raddr 0.0.0.0 rport 0',
    ' tcptype active',
    ':',
    '::',
    '%eth0',
    '.local',
  ],
  maxLength: MAX_CANDIDATE_CHARS,
  check: (text) => {
    const relayable = checkRelayableCandidate(text);
    const usable = checkUsableCandidate(text);
    must(relayable === undefined || usable !== undefined, 'what cannot be relayed cannot be used');
    if (usable === undefined)
      must(text === '' || / typ (?:host|srflx|prflx|relay)/u.test(text), 'it has a type');
    return usable === undefined ? 'usable' : checkRefusal(usable, text);
  },
};

const turnCredentials: Decoder<string> = {
  name: 'turn-credentials',
  samples: [JSON.stringify({ iceServers: ICE }), '{"iceServers":[{"urls":"stun:a"}]}', '{"iceServers":[]}'],
  words: [...JSON_WORDS, '"urls":', 'turn:', '?transport=udp', '[::]', ':65536'],
  maxLength: MAX_MESSAGE_CHARS,
  check: (text) => {
    const servers = readTurnCredentials(parse(text));
    if (servers === undefined) return 'refused';
    must(servers.length <= 16 && servers.every(({ urls }) => urls.length <= 16), 'there are few');
    must(
      servers.every(({ urls }) => urls.every((url) => /^(?:stun|turn)s?:[^\s/]+$/u.test(url))),
      'URLs are of STUN and TURN',
    );
    return JSON.stringify(servers.map((server) => Object.keys(server)));
  },
};

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The bytes are a width and the brightness of each cell. */
const timeStrip: Decoder<Uint8Array> = {
  name: 'time-strip',
  samples: [0, 1_700_000_000_000, 2 ** 28 - 1].map((ms) =>
    Uint8Array.from([5, 0, ...encodeTimeStrip(ms).map((cell) => (cell === 1 ? 235 : 16))]),
  ),
  maxLength: 4096,
  check: ([high = 0, low = 0, ...luma]) => {
    const width = high * 256 + low;
    const time = readTimeStrip(
      width,
      (x) => luma[Math.floor((x * TIME_STRIP_CELLS) / Math.max(1, width))] ?? 0,
    );
    const cells = luma.map((value) => (value > 127 ? 1 : 0));
    const decoded = decodeTimeStrip(cells);
    for (const value of [time, decoded]) {
      must(
        value === undefined || (Number.isInteger(value) && value >= 0 && value < 2 ** 28),
        'a time has 28 bits',
      );
    }
    if (decoded !== undefined)
      must(encodeTimeStrip(decoded).join('') === cells.join(''), 'a time has one strip');
    return `${time === undefined} ${decoded === undefined} ${cells.length === TIME_STRIP_CELLS}`;
  },
};

export const PROTOCOL_DECODERS: readonly Decoder[] = [
  messageDecoder('client-message', CLIENT_MESSAGES, decodeClientMessage),
  messageDecoder('server-message', SERVER_MESSAGES, decodeServerMessage),
  description,
  candidate,
  turnCredentials,
  timeStrip,
];
