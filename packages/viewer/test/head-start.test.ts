import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { browserSocketOpener } from '../src/adapters/browser-socket.ts';
import { giveHeadStart } from '../src/adapters/head-start.ts';

const URL = 'ws://localhost/';
const JOIN = '{"type":"join","stream_id":"garden"}';

/** As far as a browser's goes here: opened, spoken to and closed by the test. */
class ScriptedWebSocket extends EventTarget {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static made: ScriptedWebSocket[] = [];

  readyState = ScriptedWebSocket.CONNECTING;
  readonly sent: string[] = [];
  readonly closeCodes: (number | undefined)[] = [];

  constructor() {
    super();
    ScriptedWebSocket.made.push(this);
  }

  static get only(): ScriptedWebSocket {
    expect(ScriptedWebSocket.made).toHaveLength(1);
    return ScriptedWebSocket.made[0] as ScriptedWebSocket;
  }

  open(): void {
    this.readyState = ScriptedWebSocket.OPEN;
    this.dispatchEvent(new Event('open'));
  }

  hear(data: string): void {
    this.dispatchEvent(new MessageEvent('message', { data }));
  }

  fail(): void {
    this.readyState = 3;
    this.dispatchEvent(new Event('close'));
  }

  send(text: string): void {
    this.sent.push(text);
  }

  close(code?: number): void {
    this.readyState = 2;
    this.closeCodes.push(code);
  }
}

/** Writes down what the opener's socket reports. */
function opened(url = URL) {
  const told: string[] = [];
  const socket = browserSocketOpener(url)({
    onOpen: () => {
      told.push('open');
      socket.send(JOIN);
    },
    onText: (text) => told.push(text),
    onClosed: () => told.push('closed'),
  });
  return { told, socket };
}

beforeEach(() => {
  vi.useFakeTimers();
  ScriptedWebSocket.made = [];
  vi.stubGlobal('WebSocket', ScriptedWebSocket);
  vi.stubGlobal('window', {});
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test('the first who opens a socket gets the one of the page, opened before, and what came to it, in order', async () => {
  giveHeadStart(URL, JOIN);
  ScriptedWebSocket.only.open();
  ScriptedWebSocket.only.hear('joined');
  const { told } = opened();
  expect(told).toEqual([]);
  await Promise.resolve();
  ScriptedWebSocket.only.hear('offer');
  expect(told).toEqual(['open', 'joined', 'offer']);
});

test('what was said ahead is not said again, whether the socket was open or opens later', async () => {
  giveHeadStart(URL, JOIN);
  const { socket } = opened();
  ScriptedWebSocket.only.open();
  expect(ScriptedWebSocket.only.sent).toEqual([JOIN]);
  socket.send(JOIN);
  expect(ScriptedWebSocket.only.sent).toEqual([JOIN, JOIN]);

  ScriptedWebSocket.made = [];
  giveHeadStart(URL, JOIN);
  ScriptedWebSocket.only.open();
  opened();
  await Promise.resolve();
  expect(ScriptedWebSocket.only.sent).toEqual([JOIN]);
});

test('[JOIN4] who wants another thing than was said ahead says it after all', async () => {
  giveHeadStart(URL, '{"type":"join","stream_id":"pond"}');
  ScriptedWebSocket.only.open();
  opened();
  await Promise.resolve();
  expect(ScriptedWebSocket.only.sent).toEqual(['{"type":"join","stream_id":"pond"}', JOIN]);
});

test('a socket to another address, one that failed and one that was taken are not taken', () => {
  giveHeadStart(URL);
  opened('ws://elsewhere/');
  expect(ScriptedWebSocket.made).toHaveLength(2);
  opened();
  expect(ScriptedWebSocket.made).toHaveLength(2);
  opened();
  expect(ScriptedWebSocket.made).toHaveLength(3);

  giveHeadStart(URL);
  ScriptedWebSocket.made[3]?.fail();
  const { told } = opened();
  expect(ScriptedWebSocket.made).toHaveLength(5);
  ScriptedWebSocket.made[4]?.open();
  expect(told).toEqual(['open']);
});

test('nothing is told of one that was given up in the same turn', async () => {
  giveHeadStart(URL, JOIN);
  ScriptedWebSocket.only.open();
  const { told, socket } = opened();
  socket.close('lost');
  await Promise.resolve();
  expect(told).toEqual([]);
  expect(ScriptedWebSocket.only.closeCodes).toEqual([4000]);
});

test('there is one at a time, which is closed where nobody takes it', () => {
  giveHeadStart(URL);
  giveHeadStart(URL);
  ScriptedWebSocket.only.open();
  vi.advanceTimersByTime(60_000);
  expect(ScriptedWebSocket.only.closeCodes).toEqual([1000]);
  giveHeadStart(URL);
  expect(ScriptedWebSocket.made).toHaveLength(2);
  opened();
  vi.advanceTimersByTime(60_000);
  expect(ScriptedWebSocket.made[1]?.closeCodes).toEqual([]);
});
