import { afterEach, expect, test, vi } from 'vitest';
import { browserSocketOpener } from '../src/adapters/browser-socket.ts';

/** Notes what it is closed with, as a browser's WebSocket takes it. */
class NotingWebSocket extends EventTarget {
  static readonly codes: (number | undefined)[] = [];

  close(code?: number) {
    if (code !== undefined && code !== 1000 && !(code >= 3000 && code <= 4999)) throw new TypeError('code');
    NotingWebSocket.codes.push(code);
  }
}

afterEach(() => {
  vi.unstubAllGlobals();
});

test('[JOIN6] only who leaves closes with 1000', () => {
  vi.stubGlobal('WebSocket', NotingWebSocket);
  vi.stubGlobal('window', {});
  const nothing = { onOpen: vi.fn(), onText: vi.fn(), onClosed: vi.fn() };
  const open = browserSocketOpener('ws://localhost/');
  open(nothing).close('left');
  open(nothing).close('lost');
  expect(NotingWebSocket.codes).toEqual([1000, 4000]);
});
