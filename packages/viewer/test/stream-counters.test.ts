import { expect, test } from 'vitest';
import { readCounters } from '../src/adapters/stream-stats.ts';

/** The statistics as a browser gives them: a map, in which entries name each other. */
const peerWith = (stats: Record<string, object>) =>
  ({ getStats: () => Promise.resolve(new Map(Object.entries(stats))) }) as unknown as RTCPeerConnection;

const candidates = {
  local: {
    type: 'local-candidate',
    candidateType: 'relay',
    relayProtocol: 'tls',
    protocol: 'udp',
    address: '',
  },
  remote: { type: 'remote-candidate', candidateType: 'srflx', protocol: 'udp', address: '203.0.113.9' },
};
const pair = { type: 'candidate-pair', localCandidateId: 'local', remoteCandidateId: 'remote' };
const local = { kind: 'relay', address: undefined, protocol: 'udp', relayProtocol: 'tls' };

test('the chosen pair is what the transport names, with times in milliseconds', async () => {
  const counters = await readCounters(
    peerWith({
      ...candidates,
      other: { ...pair, remoteCandidateId: 'nowhere' },
      pair: { ...pair, currentRoundTripTime: 0.05, totalRoundTripTime: 0.5, responsesReceived: 8 },
      transport: { type: 'transport', selectedCandidatePairId: 'pair' },
    }),
    7,
  );
  expect(counters.connection).toBe(7);
  expect(counters.path).toMatchObject({ local, lastRoundTripMs: 50, roundTripTotalMs: 500, roundTrips: 8 });
});

test('in Firefox it is the pair that is marked', async () => {
  const counters = await readCounters(
    peerWith({ ...candidates, other: { ...pair, localCandidateId: 'x' }, pair: { ...pair, selected: true } }),
    1,
  );
  expect(counters.path).toMatchObject({ local, lastRoundTripMs: undefined });
});

test('before ICE has chosen there is no path', async () => {
  const counters = await readCounters(peerWith({ ...candidates, pair, t: { type: 'transport' } }), 1);
  expect([counters.path, counters.video]).toEqual([undefined, undefined]);
});

test('the video is the incoming one, with its codec', async () => {
  const counters = await readCounters(
    peerWith({
      sound: { type: 'inbound-rtp', kind: 'audio', timestamp: 1, bytesReceived: 1 },
      video: {
        type: 'inbound-rtp',
        kind: 'video',
        timestamp: 5_000,
        codecId: 'codec',
        bytesReceived: 42,
        totalDecodeTime: 0.25,
        decoderImplementation: 'unknown',
      },
      codec: { type: 'codec', mimeType: 'video/H264', sdpFmtpLine: 'packetization-mode=1' },
    }),
    1,
  );
  expect(counters.atMs).toBe(5_000);
  expect(counters.video).toMatchObject({
    bytes: 42,
    decodeTotalMs: 250,
    freezes: undefined,
    codec: 'H264',
    codecParameters: 'packetization-mode=1',
    decoder: undefined,
  });
});
