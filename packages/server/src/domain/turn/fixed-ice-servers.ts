/** The two ways to run without TURN. Never changes, never fails. */
import { stateWithout } from './credentials.ts';
import type { IceServerSource, IceServerState } from './ice-session.ts';

/** No servers at all: peers of one LAN. Nothing leaves the house, not even a STUN request. */
export const noIceServers = always({
  iceServers: [],
  available: false,
  reason: 'STUN and TURN are turned off',
});

/** Finds public addresses, relays nothing: enough for most home networks, not for two strict ones. */
export const stunOnly = always(stateWithout('no TURN service is configured'));

function always(current: IceServerState): IceServerSource {
  const session = { current, close: () => undefined };
  return {
    open: () => session,
    once: () => Promise.resolve(session),
    state: { available: false, ...(current.reason !== undefined && { reason: current.reason }) },
    start: () => Promise.resolve(),
    close: () => undefined,
  };
}
