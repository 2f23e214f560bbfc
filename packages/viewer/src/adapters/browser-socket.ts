import type { OpenSocket } from '../domain/ports.ts';

/** The server that served the page, over the same security. */
export function signalingUrl(page: { readonly protocol: string; readonly host: string }): string {
  return `${page.protocol === 'https:' ? 'wss:' : 'ws:'}//${page.host}/`;
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
      close: () => {
        listening.abort();
        socket.close(1000);
      },
    };
  };
}
