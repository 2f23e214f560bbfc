/** A web site elsewhere, whose page plays by WHEP with somebody else's player. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

const PLAYER = readFileSync(createRequire(import.meta.url).resolve('@binbat/whip-whep/whep.js'));

const PAGE = `<!doctype html><title>Elsewhere</title><video muted autoplay playsinline></video>
<script type="module">
  import { WHEPClient } from './whep.js';
  window.player = {
    async watch(url, token, kinds) {
      const connection = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
      for (const kind of kinds) connection.addTransceiver(kind, { direction: 'recvonly' });
      connection.ontrack = ({ track }) => {
        if (track.kind === 'video') document.querySelector('video').srcObject = new MediaStream([track]);
      };
      this.connection = connection;
      this.client = new WHEPClient();
      await this.client.view(connection, url, token);
    },
    stop: () => window.player.client.stop(),
  };
</script>`;

declare global {
  interface Window {
    player: {
      readonly connection: RTCPeerConnection;
      watch(url: string, token: string | undefined, kinds: readonly string[]): Promise<void>;
      stop(): Promise<void>;
    };
  }
}

/** Resolves with the site's origin; it is closed with the test. */
export async function playerSite(): Promise<string> {
  const server = createServer((request, response) => {
    const isPlayer = request.url === '/whep.js';
    response.setHeader('Content-Type', isPlayer ? 'text/javascript' : 'text/html');
    response.end(isPlayer ? PLAYER : PAGE);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
