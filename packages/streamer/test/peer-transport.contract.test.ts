/** What every PeerTransport keeps to: the fake that the domain's tests use, and the real one, on loopback. */
import { PLAYOUT_DELAY_URI, type RtpPacket, RtpPacketizer } from '@perch/rtp';
import { afterEach, describe, expect, test } from 'vitest';
import { datachannelOpener } from '../src/adapters/datachannel-opener.ts';
import type { OpenPeerTransport, PeerTransport, VideoOffer } from '../src/domain/peer-transport.ts';
import { MAKE_SPARE_AFTER_MS, SpareTransport } from '../src/domain/spare-transport.ts';
import { EventLog } from './support/event-log.ts';
import {
  ANSWER,
  candidate,
  FakeTransports,
  ManualClock,
  picture,
  rtcp,
  settle,
  silentLog,
} from './support/fakes.ts';
import { FarEnd } from './support/far-end.ts';

const VIDEO: VideoOffer = {
  payloadType: 102,
  ssrc: 0x1234_5678,
  cname: 'camera',
  profileLevelId: '42e01f',
  extensions: [{ id: 2, uri: PLAYOUT_DELAY_URI }],
};

/** The other side of a transport. */
interface Remote {
  answer(offer: string): Promise<string>;
  /** Lets the connection come about once the transport has the answer. */
  connect(): Promise<void> | void;
  received(count: number): Promise<readonly Uint8Array[]>;
  send(packet: Uint8Array): void;
  close(): void;
  /** An answer with which the connection fails. */
  failing(answer: string): string;
  /** An offer of its own. */
  offer(): Promise<string>;
  /** Lets the connection come about by the answer to it. */
  takeAnswer(answer: string): Promise<void> | void;
}

type Through = (open: OpenPeerTransport) => OpenPeerTransport;

interface Opened {
  readonly transport: PeerTransport;
  readonly remote: Remote;
}

interface Kind {
  readonly name: string;
  open(log: EventLog, viewerOffers?: boolean): Opened;
}

/** The fake, and the other side that a test plays through it. */
function openFake(log: EventLog, through: Through, viewerOffers = false): Opened {
  const fakes = new FakeTransports();
  const transport = through(fakes.open)({ iceServers: [], video: VIDEO, viewerOffers }, log);
  const fake = fakes.last;
  const remote: Remote = {
    answer: () => Promise.resolve(ANSWER),
    connect: () => fake.open(),
    received: () => Promise.resolve(fake.sent),
    send: (packet) => fake.receive(packet),
    close: () => {},
    failing: (answer) => {
      setImmediate(() => fake.fail('no connection to the viewer'));
      return answer;
    },
    offer: () => Promise.resolve(ANSWER),
    takeAnswer: () => fake.open(),
  };
  return { transport, remote };
}

function openReal(log: EventLog, through: Through, viewerOffers = false): Opened {
  const transport = through(datachannelOpener(silentLog))(
    { iceServers: [], video: VIDEO, viewerOffers },
    log,
  );
  const waiting: [string, string][] = [];
  let far: FarEnd | undefined;
  log.onEvent = (name, values) => {
    if (name !== 'onCandidate') return;
    const [text, mid] = values as [string, string];
    if (far === undefined) waiting.push([text, mid]);
    else far.addCandidate(text, mid);
  };
  const remote: Remote = {
    answer: async (offer) => {
      far = new FarEnd((text) => transport.addCandidate(text));
      const answer = await far.answer(offer);
      for (const [text, mid] of waiting) far.addCandidate(text, mid);
      return answer;
    },
    connect: () => far?.opened,
    received: async (count) => (await far?.received(count)) ?? [],
    send: (packet) => far?.send(packet),
    close: () => far?.close(),
    // DTLS fails where the certificate is not the one that was announced.
    failing: (answer) =>
      answer.replace(/(a=fingerprint:sha-256 )../u, (all, name) =>
        all.endsWith('00') ? `${name}01` : `${name}00`,
      ),
    offer: () => {
      far = new FarEnd((text) => transport.addCandidate(text));
      return far.offer('0', VIDEO.payloadType);
    },
    takeAnswer: (answer) => {
      far?.takeAnswer(answer);
      return far?.opened;
    },
  };
  return { transport, remote };
}

const directly = (open: OpenPeerTransport): OpenPeerTransport => open;

/** By a spare that is ready. */
const ahead = (openTransport: OpenPeerTransport): OpenPeerTransport => {
  const clock = new ManualClock();
  const spare = new SpareTransport({ openTransport, clock, log: silentLog }, VIDEO);
  spare.useIceServers([]);
  clock.advance(MAKE_SPARE_AFTER_MS);
  return spare.open;
};

const kinds: Kind[] = [
  { name: 'the fake', open: (log, offers) => openFake(log, directly, offers) },
  { name: 'node-datachannel', open: (log, offers) => openReal(log, directly, offers) },
  { name: 'a spare of the fake', open: (log, offers) => openFake(log, ahead, offers) },
  { name: 'a spare of node-datachannel', open: (log, offers) => openReal(log, ahead, offers) },
];

function packets(size: number): RtpPacket[] {
  const packetizer = new RtpPacketizer({
    ssrc: VIDEO.ssrc,
    payloadType: VIDEO.payloadType,
    extensions: { playoutDelay: { id: 2, minMs: 0, maxMs: 0 } },
  });
  return packetizer.packetize(picture(0, { keyframe: true, size }).accessUnit.nalUnits, 0);
}

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

describe.each(kinds)('$name', ({ open }) => {
  function start({ viewerOffers = false } = {}) {
    const log = new EventLog();
    const { transport, remote } = open(log, viewerOffers);
    ends.push(() => {
      transport.close();
      remote.close();
    });
    return { log, transport, remote };
  }

  async function connected() {
    const { log, transport, remote } = start();
    const [offer] = await log.first('onOffer');
    expect(transport.answer(await remote.answer(String(offer)))).toBeUndefined();
    await remote.connect();
    await log.first('onOpen');
    return { log, transport, remote };
  }

  test('makes an offer by itself, once', async () => {
    const { log } = start();
    const [offer] = await log.first('onOffer');
    expect(offer).toMatch(/^v=0\r\n/u);
    await settle();
    expect(log.count('onOffer')).toBe(1);
  });

  test('connects after the answer; packets arrive as they were sent', async () => {
    const { transport, remote } = await connected();
    const sent = packets(5_000).map(({ bytes }) => bytes);
    for (const bytes of sent) {
      const reused = bytes.slice();
      expect(transport.send(reused)).toBe(true);
      reused.fill(0);
    }
    const received = await remote.received(sent.length);
    expect(received.map((bytes) => Uint8Array.from(bytes))).toEqual(sent);
  });

  test('says by which route it sends, while it does', async () => {
    expect(start().transport.route).toBeUndefined();
    const { transport } = await connected();
    expect(transport.route).toBe('direct');
    transport.close();
    expect(transport.route).toBeUndefined();
  });

  test("the viewer's RTCP comes in as it was sent", async () => {
    const { log, remote } = await connected();
    remote.send(rtcp.pictureLoss(VIDEO.ssrc));
    const [packet] = await log.first('onRtcp');
    expect(Uint8Array.from(packet as Uint8Array)).toEqual(rtcp.pictureLoss(VIDEO.ssrc));
  });

  test('[WIRE10] a broken answer is refused and leaves it as it was; a second one is refused', async () => {
    const { log, transport, remote } = start();
    const [offer] = await log.first('onOffer');
    const answer = await remote.answer(String(offer));
    expect(transport.answer('v=0\r\nx\r\n')).toMatchObject({ ok: false, code: 'bad-sdp' });
    expect(transport.answer(answer)).toBeUndefined();
    expect(transport.answer(answer)).toMatchObject({ ok: false, code: 'wrong-role' });
    remote.connect();
    await log.first('onOpen');
    expect(transport.answer(answer)).toMatchObject({ ok: false, code: 'wrong-role' });
  });

  test('[WIRE10] candidates before the answer are taken up to a bound, broken ones refused', async () => {
    const { log, transport } = start();
    expect(transport.addCandidate('candidate:x')).toMatchObject({ ok: false, code: 'bad-candidate' });
    for (let n = 0; n < 64; n++) expect(transport.addCandidate(candidate(n + 1))).toBeUndefined();
    expect(transport.addCandidate(candidate())).toMatchObject({ ok: false, code: 'bad-candidate' });
    expect(transport.addCandidate('')).toBeUndefined();
    await log.first('onOffer');
  });

  test('[WHEP4] takes an offer where the viewer makes it, answers with its candidates, and then sends and receives', async () => {
    const { log, transport, remote } = start({ viewerOffers: true });
    expect(transport.answer(ANSWER)).toMatchObject({ ok: false, code: 'wrong-role' });
    const offer = await remote.offer();
    expect(transport.offer('v=0\r\nx\r\n')).toMatchObject({ ok: false, code: 'bad-sdp' });
    expect(transport.offer(offer)).toBeUndefined();
    expect(transport.offer(offer)).toMatchObject({ ok: false, code: 'wrong-role' });
    const [answer] = await log.first('onAnswer');
    expect(answer).toMatch(/^a=candidate:/mu);
    await remote.takeAnswer(String(answer));
    await log.first('onOpen');
    const [packet] = packets(10);
    expect(transport.send(packet!.bytes)).toBe(true);
    expect(Buffer.from((await remote.received(1))[0]!)).toEqual(Buffer.from(packet!.bytes));
    remote.send(rtcp.pictureLoss(VIDEO.ssrc));
    expect(Buffer.from((await log.first('onRtcp'))[0] as Uint8Array)).toEqual(
      Buffer.from(rtcp.pictureLoss(VIDEO.ssrc)),
    );
    expect([log.count('onOffer'), log.count('onCandidate'), log.count('onAnswer')]).toEqual([0, 0, 1]);
  });

  test('[WHEP4] takes no offer where it makes one itself', async () => {
    const { log, transport } = start();
    expect(transport.offer(ANSWER)).toMatchObject({ ok: false, code: 'wrong-role' });
    await log.first('onOffer');
  });

  test('takes no packet before it is open, nor after it is closed', async () => {
    const early = start();
    const [packet] = packets(10);
    expect(early.transport.send(packet!.bytes)).toBe(false);
    const late = await connected();
    late.transport.close();
    expect(late.transport.send(packet!.bytes)).toBe(false);
  });

  test('a connection that fails is told once, and takes nothing more', async () => {
    const { log, transport, remote } = start();
    const [offer] = await log.first('onOffer');
    const answer = await remote.answer(String(offer));
    expect(transport.answer(remote.failing(answer))).toBeUndefined();
    expect(await log.first('onClosed')).toEqual(['no connection to the viewer']);
    transport.close();
    await settle();
    expect(log.count('onClosed')).toBe(1);
    expect(log.count('onOpen')).toBe(0);
    expect(transport.send(packets(10)[0]!.bytes)).toBe(false);
  });

  test('after close, which may come twice, no event comes and nothing throws', async () => {
    const { log, transport, remote } = await connected();
    transport.close();
    const events = log.all.length;
    transport.close();
    remote.send(rtcp.receiverReport());
    expect(transport.answer(ANSWER)).toMatchObject({ ok: false });
    expect(transport.addCandidate(candidate())).toBeUndefined();
    remote.close();
    await settle();
    expect(log.all).toHaveLength(events);
  });

  test('closed at once, no event comes', async () => {
    const { log, transport } = start();
    transport.close();
    await settle();
    await settle();
    expect(log.all).toEqual([]);
  });
});
