/**
 * A WebSocket that a page opened before its player asks for one, for the first who opens one to the same address. It is
 * left in the window, because the watch page's comes from another script (pages/watch/head-start.ts).
 */
export interface HeadStart {
  readonly url: string;
  readonly socket: WebSocket;
  /** What was said as soon as the socket was open. */
  readonly said: string | undefined;
  readonly heard: readonly string[];
  /** From now on it is the taker's: to listen to, and to close. */
  take(): void;
}

declare global {
  interface Window {
    perchHeadStart?: HeadStart | undefined;
  }
}

/** Who has not begun to watch by then has gone, or has a page whose scripts did not come. */
const UNTAKEN_MS = 20_000;

/** Opens a WebSocket to `url`, unless there is one, and says `said`. It is closed again where nobody takes it. */
export function giveHeadStart(url: string, said?: string): void {
  const before = window.perchHeadStart;
  if (before !== undefined && isUsable(before)) return;
  const heard: string[] = [];
  const socket = new WebSocket(url);
  const listening = new AbortController();
  const { signal } = listening;
  if (said !== undefined) socket.addEventListener('open', () => socket.send(said), { once: true });
  socket.addEventListener('message', ({ data }) => typeof data === 'string' && heard.push(data), { signal });
  const untaken = setTimeout(() => socket.close(1000), UNTAKEN_MS);
  const take = (): void => {
    clearTimeout(untaken);
    listening.abort();
  };
  window.perchHeadStart = { url, socket, said, heard, take };
}

/** Once; undefined where there is none to this address, or it has failed already. */
export function takeHeadStart(url: string): HeadStart | undefined {
  const headStart = window.perchHeadStart;
  if (headStart?.url !== url) return undefined;
  window.perchHeadStart = undefined;
  headStart.take();
  return isUsable(headStart) ? headStart : undefined;
}

function isUsable({ socket }: HeadStart): boolean {
  return socket.readyState === WebSocket.CONNECTING || socket.readyState === WebSocket.OPEN;
}
