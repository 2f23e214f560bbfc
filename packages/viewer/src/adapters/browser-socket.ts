import type { OpenSocket } from '../domain/ports.ts';
import { takeHeadStart } from './head-start.ts';

/** 1000 means that we leave (SPEC.md, JOIN6). A page may send no other code but its own, from 3000 on. */
const CLOSE_CODES = { left: 1000, lost: 4000 } as const;

/**
 * Opens browser WebSockets to `url`; the first may be one that the page had opened before its scripts were there. Binary
 * frames are not part of the protocol and are dropped.
 */
export function browserSocketOpener(url: string): OpenSocket {
  return (events) => {
    const ahead = takeHeadStart(url);
    const socket = ahead?.socket ?? new WebSocket(url);
    let said = ahead?.said;
    const listening = new AbortController();
    const { signal } = listening;
    const handleOpen = () => {
      events.onOpen();
      for (const text of ahead?.heard ?? []) events.onText(text);
    };
    // Nothing is reported before this returned.
    if (socket.readyState === WebSocket.OPEN) queueMicrotask(() => !signal.aborted && handleOpen());
    else socket.addEventListener('open', handleOpen, { signal });
    socket.addEventListener(
      'message',
      ({ data }) => {
        if (typeof data === 'string') events.onText(data);
      },
      { signal },
    );
    // Every failure ends in `close`; `error` says nothing more.
    socket.addEventListener('close', () => events.onClosed(), { signal });
    return {
      send: (text) => {
        // The same, said ahead. Where it is another, the server takes the later one (SPEC.md, JOIN4).
        const isSaid = text === said;
        said = undefined;
        if (!isSaid && socket.readyState === WebSocket.OPEN) socket.send(text);
      },
      close: (how) => {
        listening.abort();
        socket.close(CLOSE_CODES[how]);
      },
    };
  };
}
