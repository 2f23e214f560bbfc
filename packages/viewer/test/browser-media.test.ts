import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { browserMedia } from '../src/adapters/browser-media.ts';
import type { Screen } from '../src/adapters/screen.ts';

const SERVERS = [{ urls: ['stun:stun.example'] }];

class FakePeer extends EventTarget {
  static made: FakePeer[] = [];
  servers: RTCIceServer[] | undefined;
  closed = false;

  constructor(configuration?: RTCConfiguration) {
    super();
    this.servers = configuration?.iceServers;
    FakePeer.made.push(this);
  }

  setConfiguration({ iceServers }: RTCConfiguration) {
    this.servers = iceServers;
  }

  close() {
    this.closed = true;
  }
}

const screen = { clear: vi.fn(), end: vi.fn(), show: vi.fn() } as unknown as Screen;
const events = { onCandidate: vi.fn(), onConnection: vi.fn(), onFrame: vi.fn(), onBlocked: vi.fn() };

beforeEach(() => {
  vi.useFakeTimers();
  FakePeer.made = [];
  vi.stubGlobal('RTCPeerConnection', FakePeer);
  vi.stubGlobal('MediaStream', class {});
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('the first connection is made ahead, and gets its servers when it is needed', () => {
  const media = browserMedia(screen);
  expect(FakePeer.made).toHaveLength(0);
  vi.runAllTimers();
  expect(FakePeer.made).toHaveLength(1);
  media.open(SERVERS, events);
  expect(FakePeer.made.map(({ servers }) => servers)).toEqual([SERVERS]);
  media.open(SERVERS, events);
  expect(FakePeer.made.map(({ servers }) => servers)).toEqual([SERVERS, SERVERS]);
});

test('none is made ahead once there is another', () => {
  const media = browserMedia(screen);
  media.open(SERVERS, events);
  vi.runAllTimers();
  expect(FakePeer.made).toHaveLength(1);
});

test('one that nobody took is closed when the picture is taken away', () => {
  const media = browserMedia(screen);
  vi.runAllTimers();
  media.clear();
  expect(FakePeer.made.map(({ closed }) => closed)).toEqual([true]);
  media.open(SERVERS, events);
  expect(FakePeer.made).toHaveLength(2);
});

test('one that refuses its servers is closed', () => {
  const media = browserMedia(screen);
  vi.runAllTimers();
  vi.spyOn(FakePeer.prototype, 'setConfiguration').mockImplementationOnce(() => {
    throw new SyntaxError('servers');
  });
  expect(() => media.open(SERVERS, events)).toThrow(SyntaxError);
  expect(FakePeer.made.map(({ closed }) => closed)).toEqual([true]);
});

test('a browser without WebRTC gets none', () => {
  vi.stubGlobal('RTCPeerConnection', undefined);
  expect(browserMedia(screen).supported).toBe(false);
  expect(() => vi.runAllTimers()).not.toThrow();
});
