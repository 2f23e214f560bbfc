/**
 * The server's secret and the tokens that were issued with it, in the state folder:
 *
 *     secret                 32 random bytes in base64url
 *     tokens/ID.json         what a token says, without its signature: the token is signed again when it is shown
 *     tokens/ID.revoked      a mark, made once and never taken away
 *
 * One file a token, each made once and never changed, so `perch serve` and any number of `perch token` can use the
 * folder at once without locks: nothing is read, changed and written back. A token that this secret signed is good
 * without being in here; other servers may share the secret.
 */
import { randomBytes } from 'node:crypto';
import * as v from 'valibot';
import type { Right } from '../../domain/access/authority.ts';
import type { Revocations } from '../../domain/access/closed-authority.ts';
import type { TokenClaims } from '../../domain/access/tokens.ts';
import { JwtTokens } from './jwt-tokens.ts';
import { readOrCreateSecret } from './server-secret.ts';
import { StateFolder } from './state-folder.ts';
import { StateFolderError } from './state-folder-error.ts';

export interface TokenRequest {
  readonly right: Right;
  readonly streamId: string;
  /** Made from right and stream where none is given. */
  readonly name?: string | undefined;
  /** Without it, good until it is revoked. */
  readonly lifetimeMs?: number | undefined;
}

export interface TokenEntry {
  readonly claims: TokenClaims & { readonly name: string };
  /** Unix time in milliseconds. */
  readonly revokedAtMs: number | undefined;
}

export type Issued =
  | { readonly ok: true; readonly entry: TokenEntry; readonly token: string }
  | { readonly ok: false; readonly reason: 'name-taken' };

const ID = /^[\w-]{22}$/;
const CLAIMS_FILE = '.json';
const REVOKED_FILE = '.revoked';

const StoredToken = v.object({
  right: v.picklist(['publish', 'view']),
  stream: v.string(),
  name: v.string(),
  issuedAt: v.pipe(v.number(), v.integer()),
  expiresAt: v.exactOptional(v.pipe(v.number(), v.integer())),
});

export class TokenStore implements Revocations {
  /** This call made the secret: the server has never been started here. */
  readonly createdSecret: boolean;
  /** For what else a command keeps next to the tokens. */
  readonly folder: StateFolder;
  readonly tokens: JwtTokens;
  readonly #tokenFolder: StateFolder;
  readonly #unixMs: () => number;

  /** @throws StateFolderError */
  constructor(stateDirectory: string, unixMs: () => number) {
    this.#unixMs = unixMs;
    this.folder = new StateFolder(stateDirectory);
    const { secret, created } = readOrCreateSecret(this.folder);
    this.createdSecret = created;
    this.tokens = new JwtTokens(secret, unixMs);
    this.#tokenFolder = this.folder.folder('tokens');
  }

  issue({ right, streamId, name, lifetimeMs }: TokenRequest): Issued {
    const names = new Set(this.list().map((it) => it.claims.name));
    if (name !== undefined && names.has(name)) return { ok: false, reason: 'name-taken' };
    const issuedAt = Math.floor(this.#unixMs() / 1000);
    const claims = {
      id: randomBytes(16).toString('base64url'),
      right,
      streamId,
      name: name ?? freeName(`${right} ${streamId}`, names),
      issuedAt,
      expiresAt: lifetimeMs === undefined ? undefined : issuedAt + Math.ceil(lifetimeMs / 1000),
    };
    const { id, streamId: stream, ...rest } = claims;
    this.#tokenFolder.create(`${id}${CLAIMS_FILE}`, `${JSON.stringify({ ...rest, stream })}\n`);
    return { ok: true, entry: { claims, revokedAtMs: undefined }, token: this.tokens.sign(claims) };
  }

  /** Oldest first. */
  list(): TokenEntry[] {
    const entries = this.#ids(CLAIMS_FILE).map((id) => this.#readEntry(id));
    return entries.sort((a, b) => a.claims.issuedAt - b.claims.issuedAt);
  }

  /** What was revoked just now: none when nothing good has this name. */
  revoke(name: string): TokenEntry[] {
    const found = this.list().filter((it) => it.claims.name === name && it.revokedAtMs === undefined);
    for (const { claims } of found) {
      this.#tokenFolder.create(`${claims.id}${REVOKED_FILE}`, `${this.#unixMs()}\n`);
    }
    return found;
  }

  /** By the names of files alone: a folder of a thousand tokens takes less than a millisecond. */
  readRevoked(): ReadonlySet<string> {
    return new Set(this.#ids(REVOKED_FILE));
  }

  #ids(ending: string): string[] {
    const files = this.#tokenFolder.names().filter((it) => it.endsWith(ending));
    return files.map((it) => it.slice(0, -ending.length)).filter((it) => ID.test(it));
  }

  #readEntry(id: string): TokenEntry {
    const stored = v.safeParse(StoredToken, parseJson(this.#tokenFolder.read(`${id}${CLAIMS_FILE}`)));
    if (!stored.success) {
      throw new StateFolderError(
        'foreign',
        `${this.#tokenFolder.path}/${id}${CLAIMS_FILE} is not a token's file; remove it`,
      );
    }
    const { stream: streamId, expiresAt, ...rest } = stored.output;
    const revoked = this.#tokenFolder.read(`${id}${REVOKED_FILE}`);
    return {
      claims: { id, streamId, expiresAt, ...rest },
      revokedAtMs: revoked === undefined ? undefined : Number(revoked) || 0,
    };
  }
}

/** "view garden", "view garden 2", ... */
function freeName(base: string, taken: ReadonlySet<string>): string {
  let name = base;
  for (let count = 2; taken.has(name); count += 1) name = `${base} ${count}`;
  return name;
}

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
