/** The servers that a person went to from this page by their address, the latest first. Pure; an adapter keeps it. */
import { readAddress } from './destination.ts';
import { parseArray } from './stored-array.ts';

/** Origins: a token that stood in the address is the camera's, and is kept there. */
export type ServerList = readonly string[];

/** More are no help in finding one, and fill a phone's screen. */
export const MAX_SERVERS = 6;

export function rememberServer(servers: ServerList, server: string): ServerList {
  return [server, ...forgetServer(servers, server)].slice(0, MAX_SERVERS);
}

export function forgetServer(servers: ServerList, server: string): ServerList {
  return servers.filter((other) => other !== server);
}

/** How it stands in the browser's storage. What is no server there is left out. */
export const storedServers = {
  key: 'perch.servers.1',
  write: (servers: ServerList): string => JSON.stringify(servers),
  read(stored: string | null): ServerList {
    const servers = parseArray(stored).filter((entry): entry is string => {
      if (typeof entry !== 'string') return false;
      const destination = readAddress(entry);
      return destination?.kind === 'server' && destination.address === `${entry}/`;
    });
    return [...new Set(servers)].slice(0, MAX_SERVERS);
  },
} as const;
