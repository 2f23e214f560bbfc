import type { IceFields } from '@perch/protocol';
import type { IceServerState } from './turn/ice-session.ts';

/** STUN and TURN servers as a message carries them (SPEC.md, ICE rules). */
export function iceFields(state: IceServerState | undefined): IceFields {
  if (state === undefined) return {};
  return {
    ice_servers: state.iceServers,
    ...(state.ttlSeconds === undefined ? {} : { ice_ttl: state.ttlSeconds }),
    ...(state.available ? {} : { turn_unavailable: state.reason ?? 'there is no TURN server' }),
  };
}
