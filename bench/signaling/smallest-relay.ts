/** The smallest relay on `ws` that a camera and its viewers could use: parse, look up, send. No checks, no heartbeat. */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

/** Resolves with the port. */
export function startSmallestRelay(): Promise<number> {
  const broadcasters = new Map<string, WebSocket>();
  const viewers = new Map<string, WebSocket>();
  const http = createServer();
  new WebSocketServer({ server: http, clientTracking: false }).on('connection', (socket) => {
    let own = '';
    let stream = '';
    socket.on('message', (data) => {
      const message = JSON.parse(String(data));
      switch (message.type) {
        case 'register':
          own = stream = message.stream_id;
          broadcasters.set(stream, socket);
          socket.send(JSON.stringify({ type: 'registered', stream_id: stream }));
          return;
        case 'join':
          own = randomUUID();
          stream = message.stream_id;
          viewers.set(own, socket);
          socket.send(JSON.stringify({ type: 'joined', viewer_id: own, stream_id: stream }));
          broadcasters.get(stream)?.send(JSON.stringify({ type: 'viewer-joined', viewer_id: own }));
          return;
        default: {
          const to = own === stream ? viewers.get(message.to) : broadcasters.get(stream);
          to?.send(JSON.stringify({ ...message, from: own }));
        }
      }
    });
    socket.on('close', () => {
      if (own === stream) broadcasters.delete(stream);
      else if (viewers.delete(own)) {
        broadcasters.get(stream)?.send(JSON.stringify({ type: 'viewer-left', viewer_id: own }));
      }
    });
  });
  return new Promise((resolve) => {
    http.listen(0, '127.0.0.1', 10_000, () => resolve((http.address() as AddressInfo).port));
  });
}
