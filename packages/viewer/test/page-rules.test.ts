import { describe, expect, test } from 'vitest';
import { signalingUrl } from '../src/adapters/signaling-url.ts';
import { linkTo, parseSource } from '../src/domain/source.ts';
import type { Status } from '../src/domain/status.ts';
import { streamOfLink } from '../src/domain/stream-link.ts';
import { checkTextFor, describeFinding } from '../src/text/describe-check.ts';
import { describeStatus } from '../src/text/describe-status.ts';
import { textFor } from '../src/text/text.ts';

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

  test('the WebSocket goes to the same server, as safely', () => {
    expect(signalingUrl('http://pi.example:8080')).toBe('ws://pi.example:8080/');
    expect(signalingUrl('https://[::1]')).toBe('wss://[::1]/');
  });

  test.each([
    ['https://cam.example/watch/garden#token=a.b.c', 'https://cam.example', 'garden', 'a.b.c'],
    ['https://cam.example/watch/garden#a.b.c', 'https://cam.example', 'garden', 'a.b.c'],
    [
      'https://cam.example:8443/?stream=back+door&token=a.b.c',
      'https://cam.example:8443',
      'back door',
      'a.b.c',
    ],
    ['/watch/V%C3%B6gel%2F1', 'http://page.example', 'Vögel/1', undefined],
  ])('%s is a source for a player', (link, server, streamId, token) => {
    const source = parseSource(link, 'http://page.example/some/page');
    expect(source).toEqual({ server, streamId, token });
    expect(source && parseSource(linkTo(source), 'http://elsewhere.example')).toEqual(source);
  });

  test.each([
    '',
    'garden',
    'https://',
    'javascript:alert(1)//watch/x',
    'https://cam.example/',
    'rtsp://cam/watch/x',
  ])('%j is none', (link) => {
    expect(parseSource(link, 'http://page.example/some/page')).toBeUndefined();
  });
});

test.each([['en'], ['de']])('every status has one sentence of its own in %s', (language) => {
  const text = textFor([language]);
  expect(text.code).toBe(language);
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
    { state: 'refused', why: 'refused' },
    { state: 'refused', why: 'refused', detail: 'Not today.' },
    { state: 'refused', why: 'bad-stream-id' },
    { state: 'refused', why: 'bad-source' },
    { state: 'refused', why: 'too-many-viewers' },
    { state: 'refused', why: 'not-acceptable' },
    { state: 'refused', why: 'no-webrtc' },
  ];
  const sentences = statuses.map((status) => describeStatus(status, text));
  expect(new Set(sentences).size).toBe(statuses.length);
  const live = statuses.filter(({ state }) => state === 'live').map((status) => describeStatus(status, text));
  expect(sentences.filter((sentence) => sentence.startsWith('Live'))).toEqual(live);
});

test('an English sentence of server or camera stands by itself in German, as theirs', () => {
  const de = textFor(['de']);
  const noRelay = 'no TURN service is configured';
  expect(describeStatus({ state: 'connecting', step: 'media', noRelay }, de)).toMatch(
    /Nur eine direkte Verbindung ist möglich\. Begründung auf Englisch: „no TURN service is configured“$/,
  );
  expect(describeStatus({ state: 'refused', why: 'refused', detail: 'Not today.' }, de)).toBe(
    'Abgelehnt. Begründung auf Englisch: „Not today.“',
  );
  const text = checkTextFor('de');
  expect(describeFinding({ what: 'no-relay', isSetUp: true, why: noRelay }, text)).toBe(
    'Der Server hat gerade kein Relay. Begründung auf Englisch: „no TURN service is configured“',
  );
});

test('the language is the first that there is, else English', () => {
  expect(textFor(['fr-CA', 'de-AT', 'en']).code).toBe('de');
  expect(textFor(['fr']).code).toBe('en');
  expect(textFor([]).code).toBe('en');
});
