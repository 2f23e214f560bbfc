/** The WebSocket of a server, an origin such as `https://camera.example`, over the same security. */
export function signalingUrl(server: string): string {
  return `${server.replace(/^http/u, 'ws')}/`;
}
