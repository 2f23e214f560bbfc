import { expect, test } from 'vitest';
import { hideTargetSecrets, readTarget } from '../src/doctor/target.ts';

const target = (text: string) => {
  const read = readTarget(text);
  return read.ok ? read.value : read.reason;
};

test("a server's address is where to go, and its page's address says the same", () => {
  const expected = {
    webSocketUrl: 'ws://203.0.113.7:8080/',
    httpOrigin: 'http://203.0.113.7:8080',
    host: '203.0.113.7',
    port: 8080,
    secure: false,
    streamId: undefined,
    token: undefined,
  };
  for (const text of ['ws://203.0.113.7:8080', 'http://203.0.113.7:8080/', '203.0.113.7:8080']) {
    expect(target(text)).toEqual(expected);
  }
});

test('a link has the stream and the token in it', () => {
  expect(target('https://cam.example/watch/my%20garden#token=a.b.c')).toMatchObject({
    webSocketUrl: 'wss://cam.example/',
    httpOrigin: 'https://cam.example',
    port: 443,
    secure: true,
    streamId: 'my garden',
    token: 'a.b.c',
  });
});

test("the streamer's URL may have the token behind a question mark, and it is not in the URL that is opened", () => {
  expect(target('ws://cam.example/signal?token=a.b.c')).toMatchObject({
    webSocketUrl: 'ws://cam.example/signal',
    token: 'a.b.c',
    port: 80,
  });
});

test('an IPv6 address loses its brackets where it is connected to', () => {
  expect(target('ws://[2001:db8::1]:8080')).toMatchObject({
    host: '2001:db8::1',
    httpOrigin: 'http://[2001:db8::1]:8080',
  });
});

test('what is no address is refused with what it must be', () => {
  expect(target('ftp://cam.example')).toMatch(/must be the server's address/);
});

test('a token is not shown', () => {
  expect(hideTargetSecrets('http://h/watch/x#token=a.b.c')).toBe('http://h/watch/x#token=***');
  expect(hideTargetSecrets('ws://h/?token=a.b.c')).toBe('ws://h/?token=***');
});
