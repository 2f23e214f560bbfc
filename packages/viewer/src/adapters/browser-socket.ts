import type { OpenSocket } from '../domain/ports.ts';

/** 1000 means that we leave (SPEC.md, JOIN6). A page may send no other code but its own, from 3000 on. */
const CLOSE_CODES = { left: 1000, lost: 4000 } as const;

/** The WebSocket of a server, an origin such as `https://camera.example`, over the same security. */
export function signalingUrl(server: string): string {
  return `${server.replace(/^http/u, 'ws')}/`;
}

/** Opens browser WebSockets to `url`. Binary frames are not part of the protocol and are dropped. */
export function browserSocketOpener(url: string): OpenSocket {
  return (events) => {
    const socket = new WebSocket(url);
    const listening = new AbortController();
    const { signal } = listening;
    socket.addEventListener('open', () => events.onOpen(), { signal });
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
        if (socket.readyState === WebSocket.OPEN) socket.send(text);
      },
      close: (how) => {
        listening.abort();
        socket.close(CLOSE_CODES[how]);
      },
    };
  };
}
