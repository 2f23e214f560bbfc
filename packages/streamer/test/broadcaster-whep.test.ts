/** Viewers who make the offer themselves, and the ends that the server is told of. */
import { describe, expect, test } from 'vitest';
import { OFFER_WITHIN_MS } from '../src/domain/awaited-offers.ts';
import { CONNECT_WITHIN_MS } from '../src/domain/viewer-connection.ts';
import { UNANNOUNCED_WITHIN_MS } from '../src/domain/viewer-table.ts';
import { candidate, rtcp, settle } from './support/fakes.ts';
import { Station, TURN } from './support/station.ts';
import { CHROMIUM_OFFER, PLAIN_OFFER } from './support/viewer-offers.ts';

const announce = (station: Station, viewerId: string) => station.join(viewerId, { offers: true });

function offer(station: Station, viewerId: string, sdp = CHROMIUM_OFFER) {
  announce(station, viewerId);
  station.receive({ type: 'offer', from: viewerId, sdp });
  return station.transports.last;
}

const ended = (station: Station) => station.link.sentOf('viewer-ended').map(({ viewer_id }) => viewer_id);

describe('[WHEP4] a viewer who makes the offer', () => {
  test('is sent none, and its own is answered with our candidates in it', async () => {
    const station = new Station([TURN]);
    announce(station, 'viewer-a');
    await settle();
    expect(station.transports.all).toEqual([]);
    station.receive({ type: 'offer', from: 'viewer-a', sdp: CHROMIUM_OFFER });
    await settle();
    expect(station.transports.last.iceServers).toEqual([TURN]);
    expect(station.link.sentOf('offer')).toEqual([]);
    const [answer] = station.link.sentOf('answer');
    expect(answer).toMatchObject({ to: 'viewer-a', sdp: expect.stringContaining(`a=${candidate(7)}`) });
  });

  test('is sent the video under its own payload type, the next one under the usual', () => {
    const station = new Station();
    const first = offer(station, 'viewer-a', PLAIN_OFFER);
    first.open();
    const second = station.watch('viewer-b');
    station.studio.shoot({ keyframe: true, size: 3_000 });
    const types = (transport: typeof first) => new Set(transport.rtp.map(({ payloadType }) => payloadType));
    expect(types(first)).toEqual(new Set([125]));
    expect(types(second)).toEqual(new Set([102]));
  });

  test('is resent what it lost as RTX under its own payload type, or as it was where it has none', () => {
    for (const [sdp, payloadType] of [
      [CHROMIUM_OFFER, 114],
      [PLAIN_OFFER, 125],
    ] as const) {
      const station = new Station();
      const transport = offer(station, 'viewer-a', sdp);
      transport.open();
      station.studio.shoot({ keyframe: true });
      const [first] = transport.rtp;
      const before = transport.rtp.length;
      transport.receive(rtcp.nack(first!.ssrc, first!.sequenceNumber));
      expect(transport.rtp.slice(before).map((packet) => packet.payloadType)).toEqual([payloadType]);
    }
  });

  test('has its candidates tried', () => {
    const station = new Station();
    const transport = offer(station, 'viewer-a');
    station.receive({ type: 'ice-candidate', from: 'viewer-a', candidate: candidate(1), sdpMid: '1' });
    expect(transport.candidates).toEqual([candidate(1)]);
  });

  test('is told why its offer can not be answered, and is over', () => {
    const station = new Station();
    offer(station, 'viewer-a', CHROMIUM_OFFER.replace(/H264/gu, 'AV1'));
    offer(station, 'viewer-b', CHROMIUM_OFFER.replace('a=ice-pwd:', 'a=ice-pwd:é'));
    expect(station.errors()).toEqual([
      { to: 'viewer-a', code: 'not-acceptable' },
      { to: 'viewer-b', code: 'bad-sdp' },
    ]);
    expect(ended(station)).toEqual(['viewer-a', 'viewer-b']);
    expect(station.transports.all).toEqual([]);
    expect(station.broadcaster.viewerCount).toBe(0);
  });

  test('whose offer does not come in time is over; a later one is not answered', () => {
    const station = new Station();
    announce(station, 'viewer-a');
    station.studio.clock.advance(OFFER_WITHIN_MS);
    expect(ended(station)).toEqual(['viewer-a']);
    expect(station.broadcaster.viewerCount).toBe(0);
    station.receive({ type: 'offer', from: 'viewer-a', sdp: CHROMIUM_OFFER });
    expect(station.transports.all).toEqual([]);
  });

  test('makes one offer, and who was announced otherwise makes none', async () => {
    const station = new Station();
    const transport = offer(station, 'viewer-a');
    station.receive({ type: 'offer', from: 'viewer-a', sdp: CHROMIUM_OFFER });
    station.join('viewer-b');
    station.receive({ type: 'offer', from: 'viewer-b', sdp: CHROMIUM_OFFER });
    await settle();
    expect(station.transports.all).toHaveLength(2);
    expect(transport.offers).toHaveLength(1);
    expect(station.link.sentOf('answer')).toHaveLength(1);
  });

  test('counts among the viewers who are served', () => {
    const station = new Station();
    for (const id of ['viewer-a', 'viewer-b', 'viewer-c']) offer(station, id);
    announce(station, 'viewer-d');
    expect(station.errors()).toEqual([{ to: 'viewer-d', code: 'too-many-viewers' }]);
  });

  test('who has left is waited for no longer', () => {
    const station = new Station();
    announce(station, 'viewer-a');
    station.receive({ type: 'viewer-left', viewer_id: 'viewer-a', gone: true });
    station.studio.clock.advance(OFFER_WITHIN_MS);
    expect(ended(station)).toEqual([]);
  });
});

describe('[WHEP9] a broadcaster that comes back', () => {
  test('keeps the connections of viewers who made the offer', () => {
    const station = new Station();
    const transport = offer(station, 'viewer-a');
    station.broadcaster.handleLinkDown();
    station.linkUp();
    station.join('viewer-a', { offers: true, resumed: true });
    expect(transport.closed).toBe(false);
    expect(station.link.sent.filter(({ type }) => type === 'answer' || type === 'viewer-ended')).toEqual([]);
  });

  test('says of those to whom it has none that they are over', () => {
    const station = new Station();
    station.join('viewer-a', { offers: true, resumed: true });
    expect(ended(station)).toEqual(['viewer-a']);
  });
});

describe('[WHEP8] the server is told that a viewer is over', () => {
  test('who hung up, never connected or fell silent', () => {
    const station = new Station();
    station.watch('viewer-a').fail();
    station.join('viewer-b');
    station.studio.clock.advance(CONNECT_WITHIN_MS + 2_000);
    station.watch('viewer-c');
    station.studio.shoot({ keyframe: true });
    station.studio.film(7_000);
    expect(ended(station)).toEqual(['viewer-a', 'viewer-b', 'viewer-c']);
  });

  test('but not of one who left, nor of the connection before the one that it has now', () => {
    const station = new Station();
    station.watch('viewer-a');
    station.receive({ type: 'viewer-left', viewer_id: 'viewer-a', gone: true });
    station.watch('viewer-b');
    station.watch('viewer-b');
    expect(ended(station)).toEqual([]);
  });

  test('and a lost link is no fault', () => {
    const station = new Station();
    const transport = station.watch('viewer-a');
    station.broadcaster.handleLinkDown();
    transport.fail();
    expect(station.broadcaster.viewerCount).toBe(0);
  });
});

describe('[RESUME6] a connection that was kept', () => {
  /** A viewer who goes on receiving, as long as it may. */
  function film(station: Station, ms: number) {
    station.studio.film(ms, () => {
      for (const transport of station.transports.alive) transport.receive(rtcp.receiverReport());
    });
  }

  test('is ended when its viewer was not announced again in time', () => {
    const station = new Station();
    const left = station.watch('viewer-a');
    const other = station.watch('viewer-b');
    station.receive({ type: 'viewer-left', viewer_id: 'viewer-a' });
    film(station, UNANNOUNCED_WITHIN_MS - 2_000);
    expect(left.closed).toBe(false);
    film(station, 3_000);
    expect([left.closed, other.closed]).toEqual([true, false]);
  });

  test('stays when its viewer was', () => {
    const station = new Station();
    const transport = station.watch('viewer-a');
    station.receive({ type: 'viewer-left', viewer_id: 'viewer-a' });
    film(station, UNANNOUNCED_WITHIN_MS - 2_000);
    station.join('viewer-a', { resumed: true });
    film(station, UNANNOUNCED_WITHIN_MS);
    expect(transport.closed).toBe(false);
  });

  test('time without a registration does not count', () => {
    const station = new Station();
    const transport = station.watch('viewer-a');
    station.receive({ type: 'viewer-left', viewer_id: 'viewer-a' });
    station.broadcaster.handleLinkDown();
    film(station, 2 * UNANNOUNCED_WITHIN_MS);
    station.linkUp();
    film(station, UNANNOUNCED_WITHIN_MS - 2_000);
    expect(transport.closed).toBe(false);
    film(station, 3_000);
    expect(transport.closed).toBe(true);
  });

  test('nor is one kept for ever whom the server does not name after a new registration', async () => {
    for (const [iceServers, isEnded] of [
      [[], true],
      // One that predates Perch may never say who is there.
      ['old server', false],
    ] as const) {
      const station = new Station(iceServers);
      station.join('viewer-a');
      await settle();
      const transport = station.transports.last;
      transport.open();
      station.broadcaster.handleLinkDown();
      station.linkUp(iceServers);
      film(station, UNANNOUNCED_WITHIN_MS + 1_000);
      expect(transport.closed).toBe(isEnded);
    }
  });
});

test('renewed ICE servers are those of the viewers to come', () => {
  const station = new Station([]);
  station.receive({ type: 'ice-servers', ice_servers: [TURN], ice_ttl: 600 });
  station.receive({ type: 'ice-servers', turn_unavailable: 'it did not answer' });
  expect(station.join('viewer-a').iceServers).toEqual([TURN]);
  expect(station.iceServers).toEqual([[], [TURN]]);
});
