/** The two ways to run without TURN. Never changes, never fails. */
import { type IceServerSource, PUBLIC_STUN_URLS } from './ice-server-source.ts';

/** No servers at all: peers of one LAN. Nothing leaves the house, not even a STUN request. */
export const noIceServers: IceServerSource = {
  current: () => ({ iceServers: [], available: false, reason: 'STUN and TURN are turned off' }),
};

/** Finds public addresses, relays nothing: enough for most home networks, not for two strict ones. */
export const stunOnly: IceServerSource = {
  current: () => ({
    iceServers: [{ urls: PUBLIC_STUN_URLS }],
    available: false,
    reason: 'no TURN service is configured',
  }),
};
