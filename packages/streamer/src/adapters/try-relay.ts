/**
 * Tries whether video would go through the TURN servers: two connections of the library that sends it, each allowed to
 * use a relay only, and a byte from one to the other. For `perch doctor`; a stream needs nothing of this.
 */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { IceServer } from '@perch/protocol';
import { PeerConnection } from 'node-datachannel';
import { endpointOf, isRelayed } from './candidate-reach.ts';
import { MAX_TURN_SERVERS, type OpenBridge, toNativeIceServers, turnWays } from './native-ice-servers.ts';
import { TurnBridge } from './turn-bridge.ts';

export type RelayTrial =
  | { readonly kind: 'passed'; readonly address: string }
  /** No TURN server gave a relay. */
  | { readonly kind: 'no-relay' }
  /** There is a relay, and nothing came through it. */
  | { readonly kind: 'nothing-passed'; readonly address: string };

/** Over UDP where one of them can be asked so, else over TCP and TLS, as a stream does. */
export async function tryRelay(iceServers: readonly IceServer[], withinMs: number): Promise<RelayTrial> {
  const ends = [await openEnd('one end', iceServers), await openEnd('other end', iceServers)] as const;
  const [offerer, answerer] = ends.map(({ connection }) => connection) as [PeerConnection, PeerConnection];
  let address: string | undefined;
  const passed = new Promise<void>((resolve) => {
    for (const [from, to] of [
      [offerer, answerer],
      [answerer, offerer],
    ] as const) {
      from.onLocalDescription((sdp, type) => guarded(() => to.setRemoteDescription(sdp, type)));
      from.onLocalCandidate((candidate, mid) => {
        const relay = endpointOf(candidate);
        if (isRelayed(candidate)) address = `${relay.address}:${relay.port}`;
        guarded(() => to.addRemoteCandidate(candidate, mid));
      });
    }
    answerer.onDataChannel((channel) => channel.onMessage(() => resolve()));
    const channel = offerer.createDataChannel('try');
    channel.onOpen(() => guarded(() => channel.sendMessage('.')));
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), withinMs);
  });
  const result = await Promise.race([passed, late]);
  clearTimeout(timer);
  for (const end of ends) end.close();
  if (address === undefined) return { kind: 'no-relay' };
  return result === 'late' ? { kind: 'nothing-passed', address } : { kind: 'passed', address };
}

interface End {
  readonly connection: PeerConnection;
  close(): void;
}

/** With bridges of its own where no TURN server is asked over UDP. */
async function openEnd(name: string, iceServers: readonly IceServer[]): Promise<End> {
  const sockets: Socket[] = [];
  if (!turnWays(iceServers).udp) {
    for (let count = 0; count < MAX_TURN_SERVERS; count++) sockets.push(await bindInside());
  }
  const bridges: TurnBridge[] = [];
  const openBridge: OpenBridge = (server) => {
    const inside = sockets.pop();
    if (inside === undefined) return undefined;
    // What goes wrong there shows in that no relay comes.
    const bridge = new TurnBridge(inside, server, () => undefined);
    bridges.push(bridge);
    return bridge.port;
  };
  const overStream = sockets.length > 0;
  const connection = new PeerConnection(name, {
    iceServers: toNativeIceServers(iceServers, (hostname) => hostname, overStream ? openBridge : undefined),
    iceTransportPolicy: 'relay',
  });
  return {
    connection,
    close: () => {
      guarded(() => connection.close());
      for (const bridge of bridges) bridge.close();
      for (const socket of sockets) socket.close();
    },
  };
}

async function bindInside(): Promise<Socket> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}

/** The library throws at calls that come when the other end has closed, and an exception must not get back there. */
function guarded(call: () => unknown): void {
  try {
    call();
  } catch {
    // Nothing will pass, which is told in time.
  }
}
