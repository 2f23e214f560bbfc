/**
 * Opens viewers' connections on node-datachannel, with the STUN and TURN servers that libjuice can use. Owns what they
 * share: the servers' addresses, looked up ahead, and sockets for bridges to TURN over TCP and TLS, bound ahead.
 */
import { ADDRCONFIG } from 'node:dns';
import { lookup } from 'node:dns/promises';
import type { Logger } from 'pino';
import type { Clock } from '../domain/clock.ts';
import type { OpenPeerTransport } from '../domain/peer-transport.ts';
import { BoundSockets } from './bound-sockets.ts';
import { DatachannelTransport } from './datachannel-transport.ts';
import { IceHosts } from './ice-hosts.ts';
import { type OpenBridge, toNativeIceServers, turnWays } from './native-ice-servers.ts';
import { systemClock } from './system-clock.ts';
import { TurnBridge } from './turn-bridge.ts';

export function datachannelOpener(log: Logger, clock: Clock = systemClock): OpenPeerTransport {
  const hosts = new IceHosts({ lookUp, clock, log });
  const sockets = new BoundSockets();
  let saidStream = false;
  return ({ iceServers, video, viewerOffers, relaysOverStream = false }, events) => {
    const bridges: TurnBridge[] = [];
    const openBridge: OpenBridge = (server) => {
      const socket = sockets.take();
      if (socket === undefined) return undefined;
      const name = `${server.hostname}:${server.port}`;
      log[saidStream ? 'debug' : 'info']({ server: name, tls: server.tls }, 'reaching TURN over TCP');
      saidStream = true;
      const bridge = new TurnBridge(socket, server, (reason) =>
        log.warn({ server: name, reason }, 'no TURN over TCP'),
      );
      bridges.push(bridge);
      return bridge.port;
    };
    const ways = turnWays(iceServers);
    if (ways.stream) sockets.fill();
    const overStream = ways.stream && (relaysOverStream || !ways.udp);
    const find = (hostname: string) => hosts.find(hostname);
    const native = toNativeIceServers(iceServers, find, overStream ? openBridge : undefined);
    // A bridge may not have had its socket yet; the next connection has it.
    const asksForRelay = overStream || native.some((server) => server.relayType !== undefined);
    try {
      const settings = { iceServers: native, bridges, asksForRelay, video, viewerOffers };
      return new DatachannelTransport(settings, events, { log, clock });
    } catch (error) {
      for (const bridge of bridges) bridge.close();
      throw error;
    }
  };
}

/** By the system's resolver, as every program here; IPv6 where the machine has no IPv4. */
async function lookUp(hostname: string): Promise<string> {
  return (await lookup(hostname, { order: 'ipv4first', hints: ADDRCONFIG })).address;
}
