/** What the native WebRTC stack needs beyond the port's contract. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { PLAYOUT_DELAY_URI, TRANSPORT_SEQUENCE_URI } from '@perch/rtp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { datachannelOpener } from '../src/adapters/datachannel-opener.ts';
import { systemClock } from '../src/adapters/system-clock.ts';
import type { Clock } from '../src/domain/clock.ts';
import type { VideoOffer } from '../src/domain/peer-transport.ts';
import { EventLog } from './support/event-log.ts';
import { candidate, ManualClock, memoryLog, settle, silentLog } from './support/fakes.ts';
import { FarEnd } from './support/far-end.ts';

const VIDEO: VideoOffer = {
  payloadType: 102,
  ssrc: 0x1234_5678,
  cname: 'camera',
  profileLevelId: '42e01f',
  extensions: [
    { id: 2, uri: PLAYOUT_DELAY_URI },
    { id: 3, uri: TRANSPORT_SEQUENCE_URI },
  ],
  rtx: { payloadType: 103, ssrc: 0x1234_5679 },
};

/** Runs nothing before it is told to. */
class HeldClock implements Clock {
  #timers: (() => void)[] = [];
  readonly nowMs = () => systemClock.nowMs();
  readonly unixMs = () => systemClock.unixMs();

  after(_ms: number, run: () => void) {
    this.#timers.push(run);
    return () => {
      this.#timers = this.#timers.filter((timer) => timer !== run);
    };
  }

  runAll() {
    for (const run of this.#timers.splice(0)) run();
  }
}

function open() {
  const log = new EventLog();
  return { log, transport: datachannelOpener(silentLog)({ iceServers: [], video: VIDEO }, log) };
}

async function offered() {
  const { log, transport } = open();
  const [offer] = await log.first('onOffer');
  return { log, transport, offer: String(offer) };
}

/** A real answer and a real candidate, once for all tests. */
let answer = '';
let realCandidate = '';
beforeAll(async () => {
  const { transport, offer } = await offered();
  realCandidate = await new Promise<string>((resolve) => {
    const far = new FarEnd(resolve);
    void far.answer(offer).then((sdp) => {
      answer = sdp;
    });
    ends.push(far, transport);
  });
});
const ends: { close(): void }[] = [];
afterAll(() => {
  for (const end of ends) end.close();
});

test('lacks a relay where a TURN server was given that does not answer, and none where none was given', async () => {
  const deaf = createSocket('udp4').bind(0, '127.0.0.1');
  await once(deaf, 'listening');
  const urls = [`turn:127.0.0.1:${deaf.address().port}?transport=udp`];
  const relays = [{ urls, username: 'u', credential: 'p' }];
  const asked = once(deaf, 'message');
  const asking = datachannelOpener(silentLog)({ iceServers: relays, video: VIDEO }, new EventLog());
  await asked;
  expect(asking.lacksRelay).toBe(true);
  expect(open().transport.lacksRelay).toBe(false);
  asking.close();
  deaf.close();
});

test('asks a TURN server over TCP where there is none over UDP, and hangs up when it is closed', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const iceServers = [{ urls: [`turn:127.0.0.1:${port}?transport=tcp`], username: 'u', credential: 'p' }];
  const { log, lines } = memoryLog();
  const openTransport = datachannelOpener(log);
  const connected = once(server, 'connection');
  // The first ones find no socket bound yet.
  let asking = openTransport({ iceServers, video: VIDEO }, new EventLog());
  while (!lines.some(({ msg }) => msg === 'reaching TURN over TCP')) {
    expect(asking.lacksRelay).toBe(true);
    asking.close();
    await settle();
    asking = openTransport({ iceServers, video: VIDEO }, new EventLog());
  }
  const [stream] = (await connected) as [Socket];
  const [request] = (await once(stream, 'data')) as [Buffer];
  // RFC 8656, section 17: an Allocate request.
  expect(request.readUInt16BE(0)).toBe(0x0003);
  expect(asking.lacksRelay).toBe(true);
  const ended = once(stream, 'close');
  asking.close();
  await ended;
  server.close();
});

const section = () => answer.slice(answer.indexOf('m=video'));

describe('the offer', () => {
  test('has one video section: H.264 with its feedback, RTX, the extensions and both SSRCs', async () => {
    const { transport, offer } = await offered();
    transport.close();
    expect(offer.match(/^m=.*$/gmu)).toEqual([
      expect.stringMatching(/^m=video 9 UDP\/TLS\/RTP\/SAVPF 102 103$/u),
    ]);
    for (const line of [
      'a=mid:0',
      'b=AS:96',
      'a=sendonly',
      'a=rtcp-mux',
      'a=rtpmap:102 H264/90000',
      'a=rtcp-fb:102 nack',
      'a=rtcp-fb:102 nack pli',
      'a=rtcp-fb:102 ccm fir',
      'a=rtcp-fb:102 goog-remb',
      'a=rtcp-fb:102 transport-cc',
      'a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f',
      'a=rtpmap:103 RTX/90000',
      'a=fmtp:103 apt=102',
      `a=extmap:2 ${PLAYOUT_DELAY_URI}`,
      `a=extmap:3 ${TRANSPORT_SEQUENCE_URI}`,
      'a=ssrc-group:FID 305419896 305419897',
      'a=ssrc:305419896 cname:camera',
      'a=ssrc:305419897 cname:camera',
      'a=msid:perch video',
    ]) {
      expect(offer.split('\r\n').filter((found) => found === line)).toHaveLength(1);
    }
  });

  test('says nothing of RTX where there is none', async () => {
    const { rtx: _, ...video } = VIDEO;
    const log = new EventLog();
    const transport = datachannelOpener(silentLog)({ iceServers: [], video }, log);
    const [offer] = await log.first('onOffer');
    transport.close();
    // Not just 103, which a password, a port or a session's number may have in it.
    expect(offer).not.toMatch(/ rtx\/|:FID |^m=.* 103\b|^a=(?:rtpmap|fmtp):103\b/mu);
  });
});

describe('[WIRE10] an answer that is sound as text but does not fit is refused, and a better one taken', () => {
  const cases: [string, () => string, string][] = [
    ['an audio section', () => answer.replace('m=video', 'm=audio'), 'not-acceptable'],
    ['a second section', () => answer + section().replace('a=mid:0', 'a=mid:1'), 'not-acceptable'],
    ['the same section twice', () => answer + section(), 'not-acceptable'],
    ['a rejected section', () => answer.replace('m=video 9', 'm=video 0'), 'not-acceptable'],
    ['another mid', () => answer.replace('a=mid:0', 'a=mid:video'), 'bad-sdp'],
    ['no mid', () => answer.replace('a=mid:0\r\n', ''), 'bad-sdp'],
    ['actpass', () => answer.replace(/a=setup:\w+/u, 'a=setup:actpass'), 'bad-sdp'],
    ['holdconn', () => answer.replace(/a=setup:\w+/u, 'a=setup:holdconn'), 'bad-sdp'],
    ['no setup', () => answer.replace(/a=setup:\w+\r\n/u, ''), 'bad-sdp'],
    ['no fingerprint', () => answer.replace(/a=fingerprint:.*\r\n/u, ''), 'bad-sdp'],
    ['half a fingerprint', () => answer.replace(/(a=fingerprint:sha-256 .{47}).*/u, '$1'), 'bad-sdp'],
    ['a fingerprint of another hash', () => answer.replace('sha-256', 'sha-512'), 'bad-sdp'],
    ['a ufrag of three', () => answer.replace(/a=ice-ufrag:.*/u, 'a=ice-ufrag:abc'), 'bad-sdp'],
    ['a ufrag of 257', () => answer.replace(/a=ice-ufrag:.*/u, `a=ice-ufrag:${'a'.repeat(257)}`), 'bad-sdp'],
    ['a short password', () => answer.replace(/a=ice-pwd:.*/u, 'a=ice-pwd:abc'), 'bad-sdp'],
    ['a port of 99999', () => answer.replace('m=video 9 ', 'm=video 99999 '), 'bad-sdp'],
    ['no codec of ours', () => answer.replace('SAVPF 102', 'SAVPF 96'), 'not-acceptable'],
  ];
  test.each(cases)('%s', async (_, change, code) => {
    const { transport } = await offered();
    const changed = change();
    expect(changed).not.toBe(answer);
    const refusal = transport.answer(changed);
    const accepted = transport.answer(answer);
    transport.close();
    expect(refusal).toMatchObject({ ok: false, code });
    expect(accepted).toBeUndefined();
  });

  test('a real one is taken, and real candidates', async () => {
    const { transport } = await offered();
    expect(transport.addCandidate(realCandidate)).toBeUndefined();
    expect(transport.answer(answer)).toBeUndefined();
    expect(transport.addCandidate(realCandidate)).toBeUndefined();
    expect(transport.addCandidate(candidate(1))).toBeUndefined();
    transport.close();
  });
});

test('our candidates follow the answer: a viewer who checks before it is in can outrun it', async () => {
  const { log, transport, offer } = await offered();
  const candidates: string[] = [];
  const far = new FarEnd((text) => candidates.push(text));
  const sdp = await far.answer(offer);
  // The far end has gathered its own by now, and so have we.
  await expect.poll(() => candidates.length).toBeGreaterThan(0);
  expect(offer).not.toContain('a=candidate');
  expect(log.count('onCandidate')).toBe(0);
  transport.answer(sdp);
  await log.first('onCandidate');
  transport.close();
  far.close();
});

/** Says to everyone that they were seen at 203.0.113.9 (RFC 8489, section 14.2). */
async function startStunServer() {
  const socket = createSocket('udp4');
  socket.on('message', (request, from) => {
    const cookie = request.subarray(4, 8);
    const port = Buffer.from([(from.port >> 8) ^ 0x21, (from.port & 0xff) ^ 0x12]);
    const address = Buffer.from([203, 0, 113, 9].map((byte, n) => byte ^ (cookie[n] ?? 0)));
    const head = Buffer.from([0x01, 0x01, 0, 12, ...request.subarray(4, 20), 0, 0x20, 0, 8, 0, 1]);
    socket.send(Buffer.concat([head, port, address]), from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { url: `stun:127.0.0.1:${socket.address().port}`, close: () => socket.close() };
}

test("what a server told of us follows the answer at once, this machine's addresses when the viewer's were not enough", async () => {
  const stun = await startStunServer();
  const log = new EventLog();
  const clock = new HeldClock();
  const transport = datachannelOpener(silentLog, clock)(
    { iceServers: [{ urls: [stun.url] }], video: VIDEO },
    log,
  );
  const types = () =>
    log.all
      .filter(({ name }) => name === 'onCandidate')
      .map(({ values }) => /typ (\w+)/u.exec(String(values[0]))?.[1]);
  const [offer] = await log.first('onOffer');
  const far = new FarEnd(() => undefined);
  transport.answer(await far.answer(String(offer)));
  await log.first('onCandidate');
  expect(new Set(types())).toEqual(new Set(['srflx']));
  clock.runAll();
  expect(new Set(types())).toEqual(new Set(['srflx', 'host']));
  transport.close();
  far.close();
  stun.close();
});

test.each(['before', 'after'])(
  'nothing is held from a viewer whose address is a name, told %s its answer',
  async (when) => {
    const log = new EventLog();
    const transport = datachannelOpener(silentLog, new HeldClock())({ iceServers: [], video: VIDEO }, log);
    const [offer] = await log.first('onOffer');
    const far = new FarEnd(() => undefined);
    const sdp = await far.answer(String(offer));
    const hide = () => transport.addCandidate(realCandidate.replace(/\S+(?= \d+ typ)/u, 'a-name.local'));
    if (when === 'before') hide();
    expect(log.count('onCandidate')).toBe(0);
    transport.answer(sdp);
    if (when === 'after') hide();
    const [candidate] = await log.first('onCandidate');
    expect(candidate).toContain('typ host');
    transport.close();
    far.close();
  },
);

const openFiles = async () => (await readdir('/proc/self/fd')).length;

/** The first time may open what exists once. */
async function leavesNoFileOpen(once: () => Promise<void>): Promise<void> {
  await once();
  const before = await openFiles();
  for (let n = 0; n < 50; n++) await once();
  await expect.poll(openFiles).toBeLessThanOrEqual(before + 2);
}

test('50 spares that nobody took leave no file open', async () => {
  const once = async () => {
    const { transport } = await offered();
    transport.close();
    await settle();
  };
  await leavesNoFileOpen(once);
});

test('50 connections to viewers who made the offer leave no file open', async () => {
  const once = async () => {
    const log = new EventLog();
    const transport = datachannelOpener(silentLog)({ iceServers: [], video: VIDEO, viewerOffers: true }, log);
    const far = new FarEnd((text) => transport.addCandidate(text));
    transport.offer(await far.offer('0', VIDEO.payloadType));
    const [sdp] = await log.first('onAnswer');
    far.takeAnswer(String(sdp));
    transport.close();
    far.close();
    await settle();
    expect(log.count('onClosed')).toBe(0);
  };
  await leavesNoFileOpen(once);
});

test.each([
  ['shows', []],
  ['hides', ['candidate:1 1 udp 2122260223 a-name.local 50000 typ host']],
])(
  'an answer waits a second for candidates, and no longer, of a viewer who %s its address',
  async (_, theirs) => {
    const clock = new ManualClock();
    const log = new EventLog();
    const dead = { urls: ['stun:203.0.113.9:3478'] };
    const transport = datachannelOpener(silentLog, clock)(
      { iceServers: [dead], video: VIDEO, viewerOffers: true },
      log,
    );
    const far = new FarEnd(() => {});
    transport.offer(await far.offer('0', VIDEO.payloadType));
    for (const candidate of theirs) transport.addCandidate(candidate);
    await settle();
    clock.advance(999);
    expect(log.count('onAnswer')).toBe(0);
    clock.advance(1);
    expect(log.count('onAnswer')).toBe(1);
    transport.close();
    far.close();
  },
);

test('50 connections that came and went leave no file open', async () => {
  const once = async () => {
    const { transport, offer, log } = await offered();
    const far = new FarEnd((text) => transport.addCandidate(text));
    transport.answer(await far.answer(offer));
    transport.close();
    far.close();
    await settle();
    expect(log.count('onClosed')).toBe(0);
  };
  await leavesNoFileOpen(once);
});
