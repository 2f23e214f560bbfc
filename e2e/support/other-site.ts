/** A web site that is not ours: one page, at an origin of its own. It is closed with the test. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface OtherSite {
  readonly origin: string;
  /** What its page is from now on. */
  page: string;
}

export async function otherSite(): Promise<OtherSite> {
  const server = createServer((_request, response) => {
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    response.end(site.page);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  const site: OtherSite = { origin: `http://127.0.0.1:${port}`, page: '' };
  return site;
}
