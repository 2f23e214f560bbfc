/**
 * The one TCP port: HTTP requests go to the app, one of a connection at a time, upgrades to the gateway. Owns the
 * listening socket and the HTTP connections. Fails to start with a ServerStartError that names the reason.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { getRequestListener } from '@hono/node-server';
import { oneLine, stackOf } from '@perch/protocol';
import type { Hono } from 'hono';
import type { Logger } from 'pino';
import type { AddressBook, AddressUse } from '../../domain/limits/address-book.ts';
import type { Limits } from '../../domain/limits/limits.ts';
import type { RoomEvent } from '../../domain/room-event.ts';
import { ServerStartError, type ServerStartReason } from '../../server-start-error.ts';
import type { WebSocketGateway } from '../websocket/web-socket-gateway.ts';
import { addressKey, type ClientAddresses } from './client-address.ts';
import type { HttpEnvironment } from './http-environment.ts';

/** How often connections are looked at that have not sent their request yet. */
const CHECK_INTERVAL_MS = 2_000;

/**
 * Connections that wait to be accepted. Node accepts all that wait before it does anything else, and what it refuses is
 * garbage that lives until then. With 4,096 a flood of 10,000 sockets made joins take 1.6 to 2.7 times as long and once
 * left 97 MB behind, with 256 it is 1.0 to 1.5 times and 55 MB. The price: while it lasts, one join in twenty to a hundred
 * finds no room and is tried again by its system a second later. `e2e/alone/attack.test.ts` is the measurement.
 */
const BACKLOG = 256;

/** A machine that is out of something can accept nothing many times a second. */
const TROUBLE_EVERY_MS = 60_000;

export interface HttpListenerComponents {
  readonly app: Hono<HttpEnvironment>;
  readonly gateway: WebSocketGateway;
  readonly addresses: AddressBook;
  readonly clientAddresses: ClientAddresses;
  readonly limits: Limits;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly report: (event: RoomEvent) => void;
  readonly log: Logger;
}

const TOO_MANY: RoomEvent = { type: 'refused', code: 'too-many-connections', request: 'tcp' };
const TOO_SLOW: RoomEvent = { type: 'refused', code: 'no-request', request: 'tcp' };

export class HttpListener {
  readonly #server: Server;
  /** Of each address; without those of proxies, and without WebSockets. */
  readonly #connections = new WeakMap<AddressUse, Set<Duplex>>();

  constructor(components: HttpListenerComponents) {
    const { app, gateway, addresses, clientAddresses, limits, report } = components;
    const handshakeMs = limits.handshakeSeconds * 1000;
    const options = {
      headersTimeout: handshakeMs,
      requestTimeout: handshakeMs,
      connectionsCheckingInterval: CHECK_INTERVAL_MS,
      // The app answers that too, and then `handle` sees it first.
      requireHostHeader: false,
    };
    const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false });
    // LIMIT10: answers that nobody reads must not queue up here. Browsers and proxies wait for one before they ask again.
    const handle = (request: IncomingMessage, response: ServerResponse): void => {
      const waitsForAnother = response.socket === null;
      if (!waitsForAnother) {
        void listener(request, response);
        return;
      }
      // Node reads on to the end of what has come, up to 64 KB.
      if (!request.socket.destroyed) report({ type: 'refused', code: 'rate-limited', request: 'tcp' });
      // Its others would be read too, to find the same, and a hundred of them are 130 MB.
      const address = addresses.of(clientAddresses.keyOf(request));
      address.chargeRequest();
      if (address.isFlooding()) this.#cutOffAll(address);
      // Of each: Node does so later otherwise, with an error for each that takes longer than all the rest.
      request.destroy();
    };
    this.#server = createServer(options, handle);
    // Node itself would answer what expects other things than 100-continue.
    this.#server.on('checkExpectation', handle);
    // LIMIT11. Node also tells so of a connection that is kept for a next request; ws clears it for a WebSocket.
    this.#server.setTimeout(limits.unreadSeconds * 1000, (socket) => {
      if (socket.writableLength > 0) report({ type: 'refused', code: 'not-reading', request: 'tcp' });
      socket.destroy();
    });
    this.#server.on('upgrade', (request, socket, head) => {
      this.#connectionsOf(addresses.of(addressKey(request.socket.remoteAddress))).delete(socket);
      gateway.handleUpgrade(request, socket, head);
    });
    this.#server.maxConnections = limits.connections;
    this.#server.on('drop', () => report(TOO_MANY));
    this.#sayTrouble(components);
    const handleError = (error: NodeJS.ErrnoException) => {
      if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') report(TOO_SLOW);
    };
    // Before Node makes a parser for it: whoever is refused comes again at once, ten thousand times a second.
    const serve = this.#server.listeners('connection');
    this.#server.removeAllListeners('connection');
    this.#server.on('connection', (socket) => {
      // A proxy has a connection for each of its clients, who are counted one by one when they ask.
      if (!clientAddresses.isProxy(socket.remoteAddress)) {
        const address = addresses.of(addressKey(socket.remoteAddress));
        if (!address.openConnection()) {
          report(TOO_MANY);
          socket.destroy();
          return;
        }
        const connections = this.#connectionsOf(address).add(socket);
        socket.once('close', () => {
          connections.delete(socket);
          address.closeConnection();
        });
      }
      socket.on('error', handleError);
      for (const listener of serve) listener.call(this.#server, socket);
    });
  }

  /** Resolves with the port. */
  listen(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      const fail = (cause: unknown) => reject(toStartError(cause, host, port));
      this.#server.once('error', fail);
      try {
        this.#server.listen({ port, host, backlog: BACKLOG }, () => {
          this.#server.off('error', fail);
          resolve((this.#server.address() as AddressInfo).port);
        });
      } catch (cause) {
        fail(cause);
      }
    });
  }

  #connectionsOf(address: AddressUse): Set<Duplex> {
    const known = this.#connections.get(address);
    if (known !== undefined) return known;
    const connections = new Set<Duplex>();
    this.#connections.set(address, connections);
    return connections;
  }

  #cutOffAll(address: AddressUse): void {
    const connections = this.#connectionsOf(address);
    for (const connection of connections) connection.destroy();
    connections.clear();
  }

  /** A connection that can't be accepted costs one client, and not everyone: without a listener Node would end the process. */
  #sayTrouble({ now, log }: HttpListenerComponents): void {
    let saidAtMs = Number.NEGATIVE_INFINITY;
    this.#server.on('error', (error) => {
      // `listen` says why it failed.
      if (!this.#server.listening || now() - saidAtMs < TROUBLE_EVERY_MS) return;
      saidAtMs = now();
      log.error(
        { reason: oneLine(error), stack: stackOf(error) },
        'a connection could not be accepted; said once a minute',
      );
    });
  }

  /** Accepts nothing more. Resolves when the last connection, WebSockets among them, has ended. */
  stop(): Promise<void> {
    const stopped = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    this.#server.closeIdleConnections();
    return stopped;
  }

  /** Ends HTTP connections that `stop` waits for. WebSockets are the gateway's. */
  cutOff(): void {
    this.#server.closeAllConnections();
  }
}

const reasonOfCode: Readonly<Record<string, readonly [ServerStartReason, string]>> = {
  EADDRINUSE: ['port-in-use', 'another program listens there'],
  EACCES: ['port-forbidden', 'the system does not let this user listen there'],
  EADDRNOTAVAIL: ['host-unknown', 'this machine does not have that address'],
  ENOTFOUND: ['host-unknown', 'that name has no address'],
  EAI_AGAIN: ['host-unknown', 'that name could not be looked up'],
};

function toStartError(cause: unknown, host: string, port: number): ServerStartError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const [reason, why] = reasonOfCode[code] ?? [
    'failed',
    code === '' ? 'it failed' : `it failed with ${code}`,
  ];
  return new ServerStartError(reason, `cannot listen on ${host} port ${port}: ${why}`, { cause });
}
