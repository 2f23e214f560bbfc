/** Decoders of what reaches the server beside messages: tokens, headers, fragments of descriptions, still pictures. */
import { checkRelayableCandidate, ERROR_CODES, MAX_SDP_CHARS, MAX_SNAPSHOT_BYTES } from '@perch/protocol';
import { JwtTokens } from '../../packages/server/src/adapters/access/jwt-tokens.ts';
import { ClientAddresses } from '../../packages/server/src/adapters/http/client-address.ts';
import { Origins } from '../../packages/server/src/adapters/http/origins.ts';
import { parseSdpFragment } from '../../packages/server/src/adapters/http/sdp-fragment.ts';
import { tokenOf } from '../../packages/server/src/adapters/http/token-of.ts';
import { jpegSize } from '../../packages/server/src/domain/snapshot/jpeg-size.ts';
import { type Decoder, must } from '../decoder.ts';
import { CANDIDATES, sdpWords, writeSdp } from './sdp-grammar.ts';

const NOW_MS = 1_700_000_000_000;
const VIEWER_ID = 'viewer-0123456789abcdefghijkl';
const tokens = new JwtTokens(new Uint8Array(32).fill(7), () => NOW_MS);
const claims = {
  id: 'A'.repeat(22),
  right: 'view',
  streamId: 'cam',
  name: undefined,
  issuedAt: NOW_MS / 1000,
} as const;
const GOOD = [
  tokens.sign({ ...claims, expiresAt: undefined }),
  tokens.sign({ ...claims, right: 'publish', expiresAt: NOW_MS / 1000 + 60 }),
];
const EXPIRED = tokens.sign({ ...claims, expiresAt: NOW_MS / 1000 - 60 });
const RESUME = tokens.signResume(VIEWER_ID, 'cam');

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const JWT_WORDS = [
  ...[{ alg: 'none' }, { alg: 'HS512', typ: 'JWT' }, { alg: 'HS256', crit: ['x'], b64: false }].map(encode),
  ...[{ aud: 'perch', right: 'publish', sub: 'cam', jti: 'x', iat: 0 }, { exp: 'never' }, { nbf: 9e99 }].map(
    encode,
  ),
  ...['.', '..', '=', 'e30', 'bnVsbA', 'W10'],
];

const token: Decoder<string> = {
  name: 'token',
  samples: [...GOOD, EXPIRED, RESUME],
  words: JWT_WORDS,
  maxLength: 2048,
  check: (text) => {
    const reading = tokens.read(text);
    // Only what was signed here: the last character has bits that stand for nothing, all else is as it was.
    const signed = (known: string) => text.slice(0, -1) === known.slice(0, -1);
    if (reading.state === 'good') must(GOOD.some(signed), 'a good token was signed here');
    if (reading.state === 'expired') must(signed(EXPIRED), 'an expired token was signed here');
    const resumes = tokens.isResume(text, VIEWER_ID, 'cam');
    must(!resumes || signed(RESUME), 'a resume token was signed here');
    must(
      !tokens.isResume(text, VIEWER_ID, 'another') && !tokens.isResume(text, 'viewer-x', 'cam'),
      'it is for one viewer',
    );
    return `${reading.state} ${resumes} ${text.split('.').length === 3}`;
  },
};

/** The text is an URL and a header, on a line each. */
const tokenOfRequest: Decoder<string> = {
  name: 'token-of',
  samples: ['/watch/cam?token=a.b.c\n', '/\nBearer a.b.c', '/?x=1&token=%61&token=b\nbearer   a'],
  words: ['?token=', '&token=', '%', '%e4%bd', '#', 'Bearer ', 'Basic ', '\t', ' ', '+'],
  maxLength: 64 * 1024,
  check: (text) => {
    const [url = '', authorization] = text.split('\n');
    const found = tokenOf({ url, headers: authorization === undefined ? {} : { authorization } });
    // A byte that is no UTF-8 is one character as %xx and one as text.
    must(found === undefined || found.length <= text.length, 'a token is not longer than what it came in');
    return typeof found;
  },
};

/** The text is the TCP address and the headers X-Forwarded-For, X-Forwarded-Host, Host and Origin. */
const addresses: Decoder<string> = {
  name: 'client-address',
  samples: [
    '127.0.0.1\n198.51.100.9, 192.0.2.2\nhome.example\nlocalhost:8080\nhttps://home.example',
    '::ffff:127.0.0.1\n2001:db8:1:2::9, fe80::1%eth0\n\n[::1]:80\nnull',
    '10.1.2.3\n\n\n\nhttp://[::1]',
  ],
  words: [
    '127.0.0.1',
    '::1',
    '::ffff:1.2.3.4',
    '0x7f.1',
    '010.0.0.1',
    '1',
    '%',
    ', ',
    ',,,',
    '[',
    ']',
    '://',
    '*',
    '@',
    'fe80::1%25',
  ],
  maxLength: 16 * 1024,
  check: (text) => {
    const [remoteAddress, forwarded, forwardedHost, host, origin] = text.split('\n');
    const headers = { 'x-forwarded-for': forwarded, 'x-forwarded-host': forwardedHost, host };
    const request = { socket: { remoteAddress }, connection: { remoteAddress }, headers } as never;
    const ways = [trusting, careful].map((it) => {
      const key = it.keyOf(request);
      must(
        /^(?:unknown|[\da-f]{16}|\d{1,3}(?:\.\d{1,3}){3})$/u.test(key),
        'a key is an address, a network or unknown',
      );
      const named = it.hostOf(request);
      must(named === undefined || text.includes(named), 'a host was named');
      const allowed = origins.allows(origin, named);
      must(typeof allowed === 'boolean', 'an origin may or may not');
      return `${key.length} ${typeof named} ${allowed}`;
    });
    return ways.join(', ');
  },
};

const trusting = new ClientAddresses(['loopback', '10.0.0.0/8', 'uniquelocal']);
const careful = new ClientAddresses([]);
const origins = new Origins(['https://home.example'], { open: true });

const fragment: Decoder<string> = {
  name: 'sdp-fragment',
  samples: [
    `a=ice-ufrag:Qk3z\r\na=ice-pwd:0FlvkHk8jJY0hQ9Yw7k9Zt3v\r\nm=video 9 RTP/AVP 0\r\na=mid:0\r\na=${CANDIDATES[0]}\r\n`,
    `m=audio 9 RTP/AVP 0\na=mid:a\na=${CANDIDATES[1]}\nm=video 9 RTP/AVP 0\na=mid:b\na=${CANDIDATES[2]}\na=end-of-candidates\n`,
    '',
  ],
  words: [...sdpWords, 'a=mid:1\r\n', 'a=candidate:', 'a=end-of-candidates\r\n', 'a=ice-ufrag:x\r\n'],
  maxLength: MAX_SDP_CHARS,
  generate: writeSdp,
  check: (text) => {
    const parsed = parseSdpFragment(text);
    if (!parsed.ok) {
      must((ERROR_CODES as readonly string[]).includes(parsed.code), 'the code is known');
      return parsed.reason;
    }
    const { candidates, userFragment } = parsed.value;
    must(candidates.length <= 64, 'there are few');
    for (const { candidate, sdpMid = '' } of candidates) {
      must(checkRelayableCandidate(candidate) === undefined, 'a candidate can be relayed');
      must(sdpMid.length <= 64 && text.includes(sdpMid), 'a mid is one of the text');
    }
    return `${Math.min(9, candidates.length)} ${typeof userFragment}`;
  },
};

const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));

/** SOI, APP0, a comment, a table, the frame header, the scan, EOI. */
const JPEG =
  'ffd8 ffe00004 4a46 fffe0005 616263 ffdb0003 00 ffc0000b 08 0168 0280 01 01 11 00 ffda0008 01 01 00 00 3f 00 d9 ffd9';

const jpeg: Decoder<Uint8Array> = {
  name: 'jpeg-size',
  samples: [
    JPEG,
    JPEG.replace('ffc0', 'ffc2'),
    'ffd8 ffd9',
    'ffd8 ffc00008 08 ffff ffff ffd9',
    'ffd8 ffe0ffff ffd9',
  ].map(hex),
  words: ['ffd8', 'ffd9', 'ffc0', 'ffda', 'ff', '0000', 'ffff', 'ffc00008 08 0001 0001'].map(hex),
  maxLength: MAX_SNAPSHOT_BYTES,
  check: (bytes) => {
    const size = jpegSize(bytes);
    if (size === undefined) return 'no JPEG';
    must(bytes[0] === 0xff && bytes[1] === 0xd8 && bytes.at(-1) === 0xd9, 'it begins and ends as one');
    must(
      size.width > 0 && size.width < 65_536 && size.height > 0 && size.height < 65_536,
      'a size has 16 bits',
    );
    return `${bytes.length > 64}`;
  },
};

export const SERVER_DECODERS: readonly Decoder[] = [token, tokenOfRequest, addresses, fragment, jpeg];
