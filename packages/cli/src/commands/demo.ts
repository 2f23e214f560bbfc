/** `perch demo`: server and test picture in one process, to see Perch work before setting anything up. */
import { networkInterfaces } from 'node:os';
import { frame } from '../box.ts';
import { localAddresses, type PageHosts, pageHosts } from '../local-addresses.ts';
import { qrCode } from '../qr-code.ts';
import { DEFAULT_STREAM_ID, demoSettings } from '../settings/tables.ts';
import type { Command } from './command.ts';
import { openServer, openStreamer } from './parts.ts';

const PICTURE = { width: 1280, height: 720, framesPerSecond: 30, bitsPerSecond: 2_000_000 } as const;

/** More lines than this only hide the one that works. */
const MAX_NEARBY_SHOWN = 3;

export const demo: Command<typeof demoSettings> = {
  name: 'demo',
  summary: 'show a test picture in the browser, with nothing to set up',
  settings: demoSettings,
  closeWithinMs: 800,
  moreHelp: `Anyone in your network can open the page while the demo runs;
--host 127.0.0.1 keeps it to this machine. By a public name, such as a cloud
workspace's, it works if --allow-origin has its address: https://NAME

Examples:
  perch demo
  perch demo --port 9000`,

  async run(values, { lifetime, log, output }) {
    const server = await lifetime.own(
      openServer({
        host: values.host,
        port: values.port,
        turn: { kind: 'none' },
        allowedOrigins: values.allowOrigin,
        log,
      }),
    );
    const hosts = pageHosts(server.host, localAddresses(networkInterfaces()));
    // Not by the name localhost, which may lead to the one of IPv4 and IPv6 that the server does not listen on.
    const loopback = { '0.0.0.0': '127.0.0.1', '::': '[::1]' }[server.host] ?? hosts.here;
    const streamer = await lifetime.own(
      openStreamer({
        ...PICTURE,
        signalingUrl: `ws://${loopback}:${server.port}`,
        streamId: DEFAULT_STREAM_ID,
        source: 'test',
        log,
      }),
    );
    const pages = demoPages(hosts, server.port);
    output.out(`\n${frame(demoLines(pages), output.columns)}`);
    const [phone] = pages.nearby;
    if (output.terminal && phone !== undefined) output.out(`${qrCode(phone, output.columns)}\n`);

    await Promise.race([streamer.ended, lifetime.endAsked]);
    // The terminal has put ^C there, and the prompt comes next.
    if (output.terminal) output.out('\n');
  },
};

export interface DemoPages {
  readonly here: string;
  readonly nearby: readonly string[];
}

export function demoPages({ here, nearby }: PageHosts, port: number): DemoPages {
  const page = (host: string): string => `http://${host}:${port}/watch/${DEFAULT_STREAM_ID}`;
  return { here: page(here), nearby: nearby.slice(0, MAX_NEARBY_SHOWN).map(page) };
}

export function demoLines({ here, nearby }: DemoPages): string[] {
  return [
    'Perch is live: a test picture, from this machine to your browser.',
    '',
    `Open     ${here}`,
    ...nearby.map((url, index) => `${index === 0 ? 'Phone    ' : '         '}${url}`),
    '',
    'Ctrl-C   ends the demo.',
    '',
    'For a real camera: "perch serve" on a server, "perch stream" on',
    'the Raspberry Pi. docs/OWNERS-GUIDE.md goes through it step by step.',
  ];
}
