/** `perch serve`: the signaling server and the page, on a machine with a public address. */
import { networkInterfaces } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { localAddresses, pageHosts } from '../local-addresses.ts';
import { limitsOf } from '../settings/limit-settings.ts';
import { serveSettings } from '../settings/tables.ts';
import { chooseTurn } from '../turn-choice.ts';
import type { Command } from './command.ts';
import { openServer } from './parts.ts';
import { openAccess } from './serve-access.ts';

/**
 * V8 lets garbage grow to a multiple of what is alive before it collects it all. The server's heap is 20 MB, and who floods it
 * makes garbage: all attacks of e2e/alone/attack.test.ts together left 65 MB, and leave 20 with this. What is alive grows
 * seldom, so the collector has no more to do on other days.
 */
const LITTLE_GARBAGE = '--heap-growing-percent=25';

export const serve: Command<typeof serveSettings> = {
  name: 'serve',
  summary: 'run the server and the page, on a machine that everyone can reach',
  settings: serveSettings,
  closeWithinMs: 3000,
  moreHelp: `Only who has a token may publish or watch; "perch token" makes them. The first
start makes the server's secret in the state folder, which nobody else may read,
and in a terminal prints a token and a link to begin with.

Without TURN, Cloudflare's or your own, viewers whose network allows no direct
connection get no picture.

Examples:
  perch serve
  perch serve --port 80
  perch serve --public-url http://203.0.113.7:8080
  PORT=9000 perch serve --print-config`,

  async run(values, { lifetime, log, output, warn }) {
    setFlagsFromString(LITTLE_GARBAGE);
    const choice = chooseTurn(values);
    if (choice.warning !== undefined) warn(choice.warning);

    const { port, host, publicUrl } = values;
    const access = await lifetime.own(openAccess(values, { log, output, warn }));
    const { authority, links } = access;
    const server = await lifetime.own(
      openServer({
        host,
        port,
        authority,
        ...(links === undefined ? {} : { links }),
        turn: choice.turn,
        limits: limitsOf(values),
        allowedOrigins: publicUrl === undefined ? values.allowOrigin : [...values.allowOrigin, publicUrl],
        trustedProxies: values.trustProxy,
        ...(values.metricsToken === '' ? {} : { metricsToken: values.metricsToken }),
        log,
      }),
    );

    // Whatever the log level: who starts a server must learn where it is and who may use it.
    const notice = log.child({}, { level: 'info' });
    const { here, nearby } = pageHosts(server.host, localAddresses(networkInterfaces()));
    const pages = [here, ...nearby.filter((name) => name !== here)].map(
      (name) => `http://${name}:${server.port}/`,
    );
    notice.info(`open ${pages.join(' or ')} (from elsewhere: this machine's public address)`);
    notice.info(choice.state);
    await access.announce({ host: server.host, port: server.port, publicUrl });

    await lifetime.endAsked;
  },
};
