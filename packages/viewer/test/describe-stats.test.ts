import { describe, expect, test } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import type { MediaPath } from '../src/domain/media-path.ts';
import { SessionLog } from '../src/domain/session-log.ts';
import { type StreamStats, statsBetween } from '../src/domain/stream-stats.ts';
import { describeRows } from '../src/text/describe-rows.ts';
import { describeBadge, describePath } from '../src/text/describe-stats.ts';
import { statsReport } from '../src/text/stats-report.ts';
import { textFor } from '../src/text/text.ts';
import { VERSION } from '../src/version.ts';
import { countersOf, pathOf, videoOf } from './fake-counters.ts';

const en = textFor(['en']);
const de = textFor(['de']);
const PATHS: readonly MediaPath[] = [
  ...Object.keys(en.stats.direction).map(
    (how) => ({ route: 'direct', how, protocol: 'udp' }) as Extract<MediaPath, { route: 'direct' }>,
  ),
  { route: 'relayed', by: 'viewer', over: 'udp' },
  { route: 'relayed', by: 'viewer', over: 'tcp' },
  { route: 'relayed', by: 'both', over: 'tls' },
  { route: 'relayed', by: 'camera', over: undefined },
];

const before = videoOf({
  bytes: 0,
  framesDecoded: 0,
  packets: 0,
  packetsLost: 0,
  jitterBufferTotalMs: 0,
  jitterBufferFrames: 0,
});
const after = videoOf({
  bytes: 237_500,
  framesDecoded: 30,
  packets: 198,
  packetsLost: 2,
  jitterBufferTotalMs: 600,
  jitterBufferFrames: 30,
  widthPixels: 1280,
  heightPixels: 720,
  codec: 'H264',
  codecParameters: 'packetization-mode=1;profile-level-id=42e01f',
  nacks: 3,
  freezes: 2,
  freezesTotalMs: 1_500,
});
const local = { kind: 'srflx', address: '203.0.113.7' } as const;
const remote = { kind: 'srflx', address: '198.51.100.4' } as const;

function stats(seen = {}, path = pathOf(local, remote), fullPixels = 1280 * 720): StreamStats {
  const counters = countersOf({ ...path, lastRoundTripMs: 40 }, after, { atMs: 1_000 });
  const now = { ...counters, fullPixels };
  return statsBetween(countersOf(path, before), now, seen);
}

describe('the badge', () => {
  test('says how late, which way, and what is seen', () => {
    expect(describeBadge(stats({ stripAgeMs: 142.4 }), en)).toEqual({
      way: '142 ms · direct',
      quality: '720p 30 fps 1.9 Mbit/s',
    });
  });

  test('says "about" where the delay is reckoned, and in German writes numbers as Germans do', () => {
    expect(describeBadge(stats(), en).way).toBe('about 40 ms · direct');
    expect(describeBadge(stats(), de)).toEqual({
      way: 'etwa 40 ms · direkt',
      quality: '720p 30 Bilder/s 1,9 Mbit/s',
    });
  });

  test('says why the picture is no better', () => {
    const small = stats({}, pathOf({ kind: 'relay' }), 1920 * 1080);
    expect(describeBadge(small, en)).toEqual({
      way: 'about 40 ms · relayed',
      quality: '720p 30 fps 1.9 Mbit/s: the connection is too slow for the full size',
    });
  });

  test('is empty where nothing is known', () => {
    expect(describeBadge(statsBetween(undefined, countersOf(undefined)), en)).toEqual({
      way: '',
      quality: '',
    });
  });
});

describe.each([en, de])('in $code', (text) => {
  test('each way has a sentence of its own', () => {
    const sentences = PATHS.map((path) => describePath(path, text));
    expect(new Set(sentences).size).toBe(PATHS.length);
    expect(sentences.join()).not.toContain('undefined');
  });

  test('each row has a name of its own', () => {
    expect(new Set(Object.values(text.stats.rows)).size).toBe(Object.keys(text.stats.rows).length);
  });
});

test.each<[MediaPath, string]>([
  [{ route: 'relayed', by: 'viewer', over: 'udp' }, 'Relayed by TURN over UDP'],
  [{ route: 'relayed', by: 'both', over: 'tls' }, 'Relayed by TURN on both sides over TLS'],
  [{ route: 'relayed', by: 'camera', over: undefined }, 'Relayed by the camera’s TURN server'],
  [{ route: 'direct', how: 'both-routers', protocol: 'udp' }, 'Direct, through both routers'],
])('%j is: %s', (path, sentence) => {
  expect(describePath(path, en)).toBe(sentence);
});

function sessionAt(times: { now: number }): SessionLog {
  const session = new SessionLog(() => times.now);
  session.start();
  session.handleStatus({ state: 'connecting', step: 'server' });
  times.now += 312;
  session.handleStatus({ state: 'live', serverLost: false });
  times.now += 60_000;
  session.handleStatus({ state: 'reconnecting', attempt: 1, retryInMs: 0, why: 'media' });
  times.now += 1_000;
  session.handleStatus({ state: 'live', serverLost: false });
  return session;
}

test('the table says what is known, and of a strip read on another machine what it depends on', () => {
  const rows = Object.fromEntries(describeRows(stats({ stripAgeMs: 90 }), sessionAt({ now: 0 }), en));
  expect(rows).toMatchObject({
    delay: '90 ms, from camera to screen; as true as the two devices’ clocks agree',
    path: 'Direct, through both routers',
    picture: '1280×720, full size',
    bitrate: '1.9 Mbit/s',
    loss: '1.0 %',
    codec: 'H264, 42e01f',
    freezes: '2, 1.5 s in all',
    watching: '61 s',
    firstPicture: '312 ms',
    interruptions: '1',
  });
  expect(rows).not.toHaveProperty('decode');
  const near = stats({ stripAgeMs: 90 }, pathOf({ address: '127.0.0.1' }, { address: '127.0.0.1' }));
  expect(describeRows(near, sessionAt({ now: 0 }), en)[0]).toEqual(['delay', '90 ms, from camera to screen']);
});

test('the report has the times and the samples, and of addresses only the beginning', () => {
  const report = statsReport([stats()], sessionAt({ now: 0 }), {
    userAgent: 'Browser/1',
    isSecure: true,
    at: new Date(0),
  });
  expect(report.split('\n')).toEqual(
    expect.arrayContaining([
      `Perch ${VERSION}, 1970-01-01T00:00:00.000Z`,
      'States: +0.00 s connecting (server); +0.31 s live; +60.31 s reconnecting (media); +61.31 s live',
      'Viewer: srflx 203.0.… udp',
      'Camera: srflx 198.51.… udp',
      '0\t1.9\t30.0\t40.0\t1.0\t40.0\t20.0\t720.0',
    ]),
  );
});

test('what a peer said is in no report', () => {
  const session = new SessionLog(() => 0);
  session.start();
  session.handleStatus({ state: 'ended', why: 'refused', detail: 'my secret' });
  const report = statsReport([], session, { userAgent: 'B', isSecure: false, at: new Date(0) });
  expect(report).toContain('ended (refused)');
  expect(report).not.toContain('my secret');
});

test('the version is the one of the package', () => {
  expect(VERSION).toBe(manifest.version);
});
