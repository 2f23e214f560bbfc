/**
 * Tries whether video would go through the TURN servers: two connections of the library that sends it, each allowed to
 * use a relay only, and a byte from one to the other. For `perch doctor`; a stream needs nothing of this.
 */
import type { IceServer } from '@perch/protocol';
import { PeerConnection } from 'node-datachannel';
import { toNativeIceServers } from './native-ice-servers.ts';

export type RelayTrial =
  | { readonly kind: 'passed'; readonly address: string }
  /** No TURN server gave a relay. */
  | { readonly kind: 'no-relay' }
  /** There is a relay, and nothing came through it. */
  | { readonly kind: 'nothing-passed'; readonly address: string };

/** RFC 8839, section 5.1: the fifth and sixth words are address and port. */
const RELAY = /^(?:a=)?candidate:\S+ \d+ \S+ \d+ (\S+) (\d+) typ relay/;

export function tryRelay(iceServers: readonly IceServer[], withinMs: number): Promise<RelayTrial> {
  const peers = ['one end', 'other end'].map(
    (name) =>
      new PeerConnection(name, {
        iceServers: toNativeIceServers(iceServers, (hostname) => hostname),
        iceTransportPolicy: 'relay',
      }),
  ) as [PeerConnection, PeerConnection];
  const [offerer, answerer] = peers;
  let address: string | undefined;
  const passed = new Promise<void>((resolve) => {
    for (const [from, to] of [peers, [answerer, offerer] as const]) {
      from.onLocalDescription((sdp, type) => guarded(() => to.setRemoteDescription(sdp, type)));
      from.onLocalCandidate((candidate, mid) => {
        const [, host, port] = RELAY.exec(candidate) ?? [];
        if (host !== undefined) address = `${host}:${port}`;
        guarded(() => to.addRemoteCandidate(candidate, mid));
      });
    }
    answerer.onDataChannel((channel) => channel.onMessage(() => resolve()));
    const channel = offerer.createDataChannel('try');
    channel.onOpen(() => guarded(() => channel.sendMessage('.')));
  });
  return settle();

  async function settle(): Promise<RelayTrial> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), withinMs);
    });
    const result = await Promise.race([passed, late]);
    clearTimeout(timer);
    for (const peer of peers) guarded(() => peer.close());
    if (address === undefined) return { kind: 'no-relay' };
    return result === 'late' ? { kind: 'nothing-passed', address } : { kind: 'passed', address };
  }
}

/** The library throws at calls that come when the other end has closed, and an exception must not get back there. */
function guarded(call: () => unknown): void {
  try {
    call();
  } catch {
    // Nothing will pass, which is told in time.
  }
}
