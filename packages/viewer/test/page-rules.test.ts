import { describe, expect, test } from 'vitest';
import { signalingUrl } from '../src/adapters/browser-socket.ts';
import { describeStatus, type Status } from '../src/domain/status.ts';
import { streamOfLink } from '../src/domain/stream-link.ts';

describe('a link', () => {
  test.each([
    ['/', '', undefined],
    ['/', '?stream=', undefined],
    ['/', '?stream=garden', 'garden'],
    ['/index.html', '?x=1&stream=back+door', 'back door'],
    ['/watch/garden', '', 'garden'],
    ['/watch/garden/', '', 'garden'],
    ['/watch/V%C3%B6gel%2F1', '', 'Vögel/1'],
    ['/watch/100%', '', '100%'],
    ['/watch/', '', undefined],
    ['/watch/garden', '?stream=other', 'garden'],
  ])('%s%s names %s', (path, query, stream) => {
    expect(streamOfLink(path, query)).toBe(stream);
  });

  test('the WebSocket goes where the page came from, as safely', () => {
    expect(signalingUrl({ protocol: 'http:', host: 'pi.example:8080' })).toBe('ws://pi.example:8080/');
    expect(signalingUrl({ protocol: 'https:', host: '[::1]' })).toBe('wss://[::1]/');
  });
});

test('every status has one sentence of its own', () => {
  const statuses: Status[] = [
    { state: 'idle' },
    { state: 'connecting', step: 'server' },
    { state: 'connecting', step: 'joining' },
    { state: 'connecting', step: 'waiting-for-offer' },
    { state: 'connecting', step: 'media' },
    { state: 'connecting', step: 'tap' },
    { state: 'waiting-for-camera' },
    { state: 'camera-restarting' },
    { state: 'live', serverLost: false },
    { state: 'live', serverLost: true },
    { state: 'reconnecting', attempt: 1, retryInMs: 0, why: 'server' },
    { state: 'reconnecting', attempt: 1, retryInMs: 0, why: 'media' },
    { state: 'ended', why: 'replaced' },
    { state: 'ended', why: 'refused' },
    { state: 'ended', why: 'refused', detail: 'Not today.' },
    { state: 'ended', why: 'bad-stream-id' },
    { state: 'ended', why: 'too-many-viewers' },
    { state: 'ended', why: 'not-acceptable' },
    { state: 'ended', why: 'no-webrtc' },
  ];
  const sentences = statuses.map(describeStatus);
  expect(new Set(sentences).size).toBe(statuses.length);
  expect(sentences.filter((sentence) => /live/iu.test(sentence) && !/^Live/u.test(sentence))).toEqual([
    'This browser has no WebRTC, which live video needs.',
  ]);
});
