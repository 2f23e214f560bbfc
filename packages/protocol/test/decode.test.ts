import { describe, expect, test } from 'vitest';
import {
  decodeClientMessage,
  decodeServerMessage,
  MAX_MESSAGE_CHARS,
  MAX_SMALL_MESSAGE_CHARS,
  toErrorCode,
} from '../src/index.ts';

const SDP = 'v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n';
const client = (message: object) => decodeClientMessage(JSON.stringify(message));
const codeOf = (result: ReturnType<typeof decodeClientMessage>) => (result.ok ? 'accepted' : result.code);

describe('decoding', () => {
  test.each([
    { type: 'register', stream_id: 'pi-camera-stream' },
    { type: 'join', stream_id: 'pi-camera-stream' },
    { type: 'offer', to: 'viewer-1', sdp: SDP },
    { type: 'answer', to: 'pi-camera-stream', sdp: SDP },
    {
      type: 'ice-candidate',
      to: 'viewer-1',
      candidate: 'candidate:1 1 udp 1 10.0.0.1 9 typ host',
      sdpMLineIndex: 0,
    },
  ])("[WIRE1] an old client's $type is read as it was", (message) => {
    expect(client(message)).toEqual({ ok: true, value: message });
  });

  test.each([
    { type: 'register', stream_id: 'garden', token: 'abc.DEF-1_2.ghi' },
    {
      type: 'join',
      stream_id: 'garden',
      token: 'abc.def.ghi',
      viewer_id: 'viewer-1',
      resume_token: 'a.b.c',
    },
    { type: 'offer', to: 'viewer-1', sdp: SDP, width: 1280, height: 720 },
    { type: 'stream-state', to: 'viewer-1', state: 'live', width: 1280, height: 720 },
    { type: 'viewer-ended', viewer_id: 'viewer-1' },
    { type: 'connected', route: 'relayed' },
    { type: 'snapshot', id: 'a-1_B', jpeg: '/9j/2Q==', width: 640, height: 360 },
    { type: 'snapshot', id: 'a', reason: 'no-encoder' },
  ])('[WIRE1] $type with what is new in it is read', (message) => {
    expect(client(message)).toEqual({ ok: true, value: message });
  });

  test.each([
    { type: 'register', stream_id: 'garden', token: 'no spaces' },
    { type: 'join', stream_id: 'garden', token: 'x'.repeat(2049) },
    { type: 'join', stream_id: 'garden', resume_token: 7 },
    { type: 'viewer-ended' },
    { type: 'connected', route: 'by pigeon' },
    { type: 'snapshot', jpeg: '/9j/2Q==' },
    { type: 'snapshot', id: 'no spaces' },
    { type: 'snapshot', id: 'a', jpeg: '/9j/2Q=' },
    { type: 'snapshot', id: 'a', jpeg: '/9j/2Q==', width: 641 },
    { type: 'snapshot', id: 'a', jpeg: '_9j-' },
    { type: 'snapshot', id: 'a', reason: 'Two words' },
  ])('[WIRE5] %j is refused with bad-message', (message) => {
    expect(codeOf(client(message))).toBe('bad-message');
  });

  test.each(['', 'x', '{', '[]', '"join"', 'null', '7', '[{"type":"ping"}]', '{"type":"ping"'])(
    '[WIRE2] %j is refused with bad-json',
    (text) => {
      expect(codeOf(decodeClientMessage(text))).toBe('bad-json');
    },
  );

  test.each([
    {},
    { type: 7 },
    { type: 'registered' },
    { type: 'toString' },
    { type: '__proto__' },
    { type: 'viewer-left' },
  ])('[WIRE3] %j is refused with unknown-type', (message) => {
    expect(codeOf(client(message))).toBe('unknown-type');
  });

  test.each([
    ['with an SDP', { type: 'offer', to: 'viewer-1', sdp: SDP }, MAX_MESSAGE_CHARS],
    ['with a still picture', { type: 'snapshot', id: 'a', jpeg: '/9j/' }, MAX_MESSAGE_CHARS],
    ['without either', { type: 'ping' }, MAX_SMALL_MESSAGE_CHARS],
    [
      'that says why there is no picture',
      { type: 'snapshot', id: 'a', reason: 'x' },
      MAX_SMALL_MESSAGE_CHARS,
    ],
  ])('[WIRE4] a message %s is read up to its size, and one more is too-large', (_, message, most) => {
    const pad = (length: number) => {
      const empty = JSON.stringify({ ...message, pad: '' });
      return JSON.stringify({ ...message, pad: 'x'.repeat(length - empty.length) });
    };
    expect(codeOf(decodeClientMessage(pad(most)))).toBe('accepted');
    expect(codeOf(decodeClientMessage(pad(most + 1)))).toBe('too-large');
  });

  test('[WIRE4] [WIRE5] what is not known is dropped however deep it is nested', () => {
    const known = { type: 'offer', to: 'viewer-1', sdp: SDP } as const;
    const deep = `${JSON.stringify(known).slice(0, -1)},"x":${'['.repeat(40_000)}${']'.repeat(40_000)}}`;
    expect(decodeClientMessage(deep)).toEqual({ ok: true, value: known });
  });

  test.each([
    ['bad-stream-id', { type: 'register' }],
    ['bad-stream-id', { type: 'join', stream_id: 5 }],
    ['bad-message', { type: 'join', stream_id: 'a', viewer_id: 'no spaces' }],
    ['bad-message', { type: 'offer', to: '', sdp: SDP }],
    ['bad-message', { type: 'offer', to: ['a'], sdp: SDP }],
    ['bad-sdp', { type: 'offer', to: 'a' }],
    ['bad-sdp', { type: 'offer', to: 'a', sdp: { v: 0 } }],
    ['bad-message', { type: 'offer', to: 'a', sdp: SDP, width: 0 }],
    ['bad-message', { type: 'stream-state', to: 'a', state: 'live', height: 16_385 }],
    ['bad-candidate', { type: 'ice-candidate', to: 'a', candidate: null }],
    ['bad-message', { type: 'ice-candidate', to: 'a', candidate: '', sdpMLineIndex: 1.5 }],
    ['bad-message', { type: 'ice-candidate', to: 'a', candidate: '', sdpMLineIndex: -1 }],
    ['bad-message', { type: 'ice-candidate', to: 'a', candidate: '', sdpMid: 0 }],
  ])('[WIRE5] %s for %j', (code, message) => {
    expect(codeOf(client(message))).toBe(code);
  });

  test('[WIRE5] a field that is not known is dropped', () => {
    expect(client({ type: 'join', stream_id: 'a', role: 'admin', __proto__: { x: 1 } })).toEqual({
      ok: true,
      value: { type: 'join', stream_id: 'a' },
    });
  });

  test.each(['a', 'pi-camera-stream', 'Front door', 'Haustür', '玄関', '🐦 box', 'x'.repeat(128)])(
    '[WIRE6] %j names a stream',
    (id) => {
      expect(codeOf(client({ type: 'join', stream_id: id }))).toBe('accepted');
    },
  );

  test.each(['', ' a', 'a ', 'a\nb', 'a\u0000', '\u202egnp', '\ud800', 'x'.repeat(129)])(
    '[WIRE6] %j does not name a stream',
    (id) => {
      expect(codeOf(client({ type: 'join', stream_id: id }))).toBe('bad-stream-id');
    },
  );

  test('[WIRE7] an sdp starts with v=0, is text, and has its limit', () => {
    const offer = (sdp: string) => codeOf(client({ type: 'offer', to: 'a', sdp }));
    expect(offer(SDP)).toBe('accepted');
    expect(offer(SDP.replaceAll('\r\n', '\n'))).toBe('accepted');
    expect(offer(SDP.padEnd(64 * 1024, 'x'))).toBe('accepted');
    expect(offer(SDP.padEnd(64 * 1024 + 1, 'x'))).toBe('bad-sdp');
    expect(offer('')).toBe('bad-sdp');
    expect(offer(`${SDP}\u0000`)).toBe('bad-sdp');
    expect(offer('v=1\r\n')).toBe('bad-sdp');
  });

  test('[WIRE8] a candidate is one line, or empty', () => {
    const candidate = (text: string) => codeOf(client({ type: 'ice-candidate', to: 'a', candidate: text }));
    expect(candidate('')).toBe('accepted');
    expect(candidate('x'.repeat(1024))).toBe('accepted');
    expect(candidate('x'.repeat(1025))).toBe('bad-candidate');
    expect(candidate('candidate:1\r\na=x')).toBe('bad-candidate');
  });

  test('[WIRE9] sdpMid and sdpMLineIndex may be null or missing, and are kept', () => {
    for (const rest of [
      {},
      { sdpMid: null, sdpMLineIndex: null },
      { sdpMid: 'video' },
      { sdpMid: '0', sdpMLineIndex: 0 },
    ]) {
      const message = { type: 'ice-candidate', to: 'a', candidate: '', ...rest };
      expect(client(message)).toEqual({ ok: true, value: message });
    }
  });

  test('[ERR2] a code of a newer peer is refused, a missing one too', () => {
    expect(toErrorCode('replaced')).toBe('replaced');
    expect(toErrorCode('out-of-tea')).toBe('refused');
    expect(toErrorCode(undefined)).toBe('refused');
    expect(decodeServerMessage('{"type":"error","message":"Stream not available"}').ok).toBe(true);
  });

  test('[ERR4] a refusal does not repeat what was received', () => {
    const canary = 'canary-7f3a';
    const texts = [
      canary,
      JSON.stringify({ type: canary }),
      JSON.stringify({ type: 'join', stream_id: `${canary}\n` }),
      JSON.stringify({ type: 'join', stream_id: [canary] }),
      JSON.stringify({ type: 'offer', to: 'a', sdp: canary }),
      JSON.stringify({ type: 'ice-candidate', to: 'a', candidate: `${canary}\n` }),
      JSON.stringify({ type: 'ice-candidate', to: 'a', candidate: '', sdpMid: { canary } }),
      JSON.stringify({ type: 'join', stream_id: 'a', viewer_id: `${canary}!` }),
    ];
    for (const text of texts) {
      const result = decodeClientMessage(text);
      expect(result.ok).toBe(false);
      expect(JSON.stringify(result)).not.toContain(canary);
    }
  });

  test.each([-7_654_321, 1_234_567.5, 98_765_432])('[ERR4] nor a number that it received: %s', (number) => {
    const text = JSON.stringify({ type: 'ice-candidate', to: 'a', candidate: '', sdpMLineIndex: number });
    const reason = 'ice-candidate: sdpMLineIndex is not a whole number from 0 to 255';
    expect(decodeClientMessage(text)).toEqual({ ok: false, code: 'bad-message', reason });
  });

  test('[ICE1] ice_servers are read with one URL or many, and refused when they are not STUN or TURN', () => {
    const registered = (ice_servers: unknown) =>
      decodeServerMessage(JSON.stringify({ type: 'registered', stream_id: 'a', ice_servers }));
    expect(registered([{ urls: 'stun:stun.example:3478' }])).toMatchObject({
      value: { ice_servers: [{ urls: ['stun:stun.example:3478'] }] },
    });
    expect(
      registered([
        {
          urls: ['turn:[::1]:3478?transport=udp', 'turns:a:5349?transport=tcp'],
          username: 'u',
          credential: 'c',
        },
      ]).ok,
    ).toBe(true);
    expect(registered([{ urls: 'http://x' }]).ok).toBe(false);
    expect(registered([{ urls: 'turn:a b' }]).ok).toBe(false);
  });
});
