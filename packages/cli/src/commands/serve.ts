/** `perch serve`: the signaling server and the page, on a machine with a public address. */
import { networkInterfaces } from 'node:os';
import { localAddresses, pageHosts } from '../local-addresses.ts';
import { serveSettings } from '../settings/tables.ts';
import { chooseTurn } from '../turn-choice.ts';
import type { Command } from './command.ts';
import { openServer } from './parts.ts';

export const serve: Command<typeof serveSettings> = {
  name: 'serve',
  summary: 'run the server and the page, on a machine that everyone can reach',
  settings: serveSettings,
  closeWithinMs: 3000,
  moreHelp: `Without TURN, Cloudflare's or your own, viewers whose network allows no direct
connection get no picture.

Examples:
  perch serve
  perch serve --port 80
  PORT=9000 perch serve --print-config`,

  async run(values, { lifetime, log, warn }) {
    const choice = chooseTurn(values);
    if (choice.warning !== undefined) warn(choice.warning);

    const { port, host } = values;
    const server = await lifetime.own(openServer({ host, port, turn: choice.turn, log }));

    // Whatever the log level: who starts a server must learn where it is and who may use it.
    const notice = log.child({}, { level: 'info' });
    const { here, nearby } = pageHosts(server.host, localAddresses(networkInterfaces()));
    const pages = [here, ...nearby.filter((name) => name !== here)].map(
      (name) => `http://${name}:${server.port}/`,
    );
    notice.info(`open ${pages.join(' or ')} (from elsewhere: this machine's public address)`);
    notice.info(choice.state);
    notice.warn('anyone who can reach this server may publish and watch any stream');

    await lifetime.endAsked;
  },
};
