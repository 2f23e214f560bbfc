import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { watchNetwork } from '../src/adapters/browser-network.ts';

class FakeConnection extends EventTarget {
  type = 'wifi';

  becomes(type: string) {
    this.type = type;
    this.dispatchEvent(new Event('change'));
  }
}

let connection: FakeConnection;
let page: EventTarget;
let onPage: AbortController;
const onChange = vi.fn();

beforeEach(() => {
  connection = new FakeConnection();
  page = new EventTarget();
  onPage = new AbortController();
  onChange.mockReset();
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
});

afterEach(() => {
  vi.unstubAllGlobals();
});

function watch(navigator: object = { connection }) {
  vi.stubGlobal('navigator', navigator);
  watchNetwork(onChange, onPage.signal);
}

test('another kind of network is told, a new guess at its speed is not', () => {
  watch();
  connection.becomes('wifi');
  expect(onChange).toHaveBeenCalledTimes(0);
  connection.becomes('cellular');
  expect(onChange).toHaveBeenCalledTimes(1);
  connection.becomes('cellular');
  expect(onChange).toHaveBeenCalledTimes(1);
});

test('no network is nothing to act on, and the same one after it is', () => {
  watch();
  connection.becomes('none');
  expect(onChange).toHaveBeenCalledTimes(0);
  connection.becomes('wifi');
  expect(onChange).toHaveBeenCalledTimes(1);
});

test('a browser that does not tell the kind tells that there is a network again', () => {
  watch({});
  page.dispatchEvent(new Event('online'));
  expect(onChange).toHaveBeenCalledTimes(1);
});

test('nothing is told to what left the page', () => {
  watch();
  onPage.abort();
  connection.becomes('cellular');
  page.dispatchEvent(new Event('online'));
  expect(onChange).toHaveBeenCalledTimes(0);
});
