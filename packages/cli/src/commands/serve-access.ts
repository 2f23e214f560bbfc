/** Who a server lets in: everyone, or who has a token. And what its owner is told about that. */

import { randomBytes } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import { oneLine } from '@perch/protocol';
import type { Authority, LinkStore, TokenStore } from '@perch/server';
import { CommandFailure } from '../command-failure.ts';
import type { Closeable } from '../lifetime.ts';
import { localAddresses } from '../local-addresses.ts';
import { type LastServer, serverPlace } from '../server-place.ts';
import { DEFAULT_STREAM_ID } from '../settings/tables.ts';
import type { CommandContext } from './command.ts';
import { formatToken } from './format-tokens.ts';
import { explainFolder, openTokens, rememberServer } from './token-store.ts';

export interface ServeAccess extends Closeable {
  /** Everyone may do everything where there is none of the server's own choice. */
  readonly authority: Authority;
  /** For the links that viewers make; missing where everyone may watch. */
  readonly links?: LinkStore;
  /** Says who may do what, now that it is known where the server is. */
  announce(server: LastServer): Promise<void>;
}

type Context = Pick<CommandContext, 'log' | 'output' | 'warn'>;

/** @throws CommandFailure when the state folder can't be used. */
export async function openAccess(
  { open, stateDir }: { open: boolean; stateDir: string },
  context: Context,
): Promise<ServeAccess> {
  return open ? await openToEveryone(stateDir, context) : await openToTokens(stateDir, context);
}

async function openToEveryone(stateDir: string, { log, warn }: Context): Promise<ServeAccess> {
  const { openAuthority } = await import('@perch/server');
  const store = await openTokens(stateDir).catch((error: unknown) => {
    if (!(error instanceof CommandFailure)) throw error;
    log.info({ reason: oneLine(error) }, 'no state folder: after a restart all pictures begin anew');
    return undefined;
  });
  return {
    authority: openAuthority(store ?? randomBytes(32)),
    announce: async (server) => {
      if (store !== undefined) await explainFolder(() => rememberServer(store, server));
      warn('--open: anyone who can reach this server may publish and watch any stream');
      if (server.publicUrl === undefined) {
        const names = 'pages work by address and by names at home (pi, pi.local)';
        log.child({}, { level: 'info' }).info(`${names}; for a public name set PERCH_PUBLIC_URL`);
      }
    },
    close: () => undefined,
  };
}

async function openToTokens(stateDir: string, { log, output }: Context): Promise<ServeAccess> {
  const { createClosedAuthority } = await import('@perch/server');
  const store = await openTokens(stateDir);
  const reportTrouble = (error: unknown) =>
    log.error({ reason: oneLine(error) }, 'revoked tokens can not be read; those known stay revoked');
  const authority = await explainFolder(() => createClosedAuthority(store, undefined, reportTrouble));
  return {
    authority,
    links: store,
    announce: async (server) => {
      await explainFolder(() => rememberServer(store, server));
      const notice = log.child({}, { level: 'info' });
      notice.info(
        `closed: only who has a token may publish or watch; "perch token --help" says how to make them (kept in ${store.folder.path})`,
      );
      // A log is no place for tokens: where nobody is there to read them, none are made.
      if (!store.createdSecret) return;
      if (output.terminal) output.out(await explainFolder(() => firstTokens(store, server, output.columns)));
      else {
        notice.info(
          `first start: run "perch token --publish ${DEFAULT_STREAM_ID}" and "perch token --view ${DEFAULT_STREAM_ID}" on this machine`,
        );
      }
    },
    close: () => authority.close(),
  };
}

/** Everything that the owner of a new server needs to see a picture. */
function firstTokens(store: TokenStore, server: LastServer, columns: number): string {
  const place = serverPlace(server, localAddresses(networkInterfaces()));
  const texts = (['publish', 'view'] as const).map((right) => {
    const issued = store.issue({ right, streamId: DEFAULT_STREAM_ID });
    return issued.ok ? formatToken(issued.entry, issued.token, { place, columns }) : '';
  });
  const hint = place.hint === undefined ? '' : `${place.hint}\n\n`;
  return `\nThis server is new. A token to publish, and a link to watch:\n\n${texts.join('\n')}\n${hint}`;
}
