/**
 * The server's secret and the tokens that were issued with it, in the state folder:
 *
 *     secret                 32 random bytes in base64url
 *     tokens/ID.json         what a token says, without its signature: the token is signed again when it is shown
 *     tokens/ID.revoked      a mark, never taken away while the token would be good
 *
 * One file a token, each made once and never changed, so `perch serve` and any number of `perch token` can use the
 * folder at once without locks: nothing is read, changed and written back. A token that this secret signed is good
 * without being in here; other servers may share the secret. Links that viewers made go again when they are over.
 */
import { randomBytes } from 'node:crypto';
import { MAX_TOKEN_NAME_CHARS } from '@perch/protocol';
import * as v from 'valibot';
import type { Right } from '../../domain/access/authority.ts';
import type { Revocations } from '../../domain/access/closed-authority.ts';
import type { LinkStore, NewLink, SharedLink } from '../../domain/access/link-sharing.ts';
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
  /** Whoever has it may make links of their own. Of a right to view alone. */
  readonly mayShare?: boolean;
}

export interface TokenEntry {
  readonly claims: TokenClaims & { readonly name: string };
  /** Unix time in milliseconds: when it was revoked, or the token that it was made with. */
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
  mayShare: v.exactOptional(v.literal(true)),
  sharedBy: v.exactOptional(v.string()),
});

/** A link that is over is still listed for so long, so that its owner sees who had it. */
const FORGET_LINK_SECONDS = 24 * 60 * 60;

export class TokenStore implements Revocations, LinkStore {
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

  issue({ right, streamId, name, lifetimeMs, mayShare = false }: TokenRequest): Issued {
    const names = new Set(this.list().map((it) => it.claims.name));
    if (name !== undefined && names.has(name)) return { ok: false, reason: 'name-taken' };
    const issuedAt = this.#nowSeconds();
    const claims = {
      id: newId(),
      right,
      streamId,
      name: name ?? freeName(`${right} ${streamId}`, names),
      issuedAt,
      expiresAt: lifetimeMs === undefined ? undefined : issuedAt + Math.ceil(lifetimeMs / 1000),
      ...(mayShare ? { mayShare } : {}),
    };
    return { ok: true, entry: { claims, revokedAtMs: undefined }, token: this.#keep(claims) };
  }

  /** A name that is taken gets a number: whoever shares is not to know the names of all others. */
  addLink({ streamId, sharedBy, name, expiresAtMs }: NewLink): SharedLink {
    const entries = this.list().filter(({ claims }) => !this.#forgetOldLink(claims));
    const sharer = entries.find(({ claims }) => claims.id === sharedBy);
    const base = name ?? `link of ${sharer?.claims.name ?? streamId}`;
    const claims = {
      id: newId(),
      right: 'view' as const,
      streamId,
      name: freeName(base, new Set(entries.map((it) => it.claims.name))),
      issuedAt: this.#nowSeconds(),
      expiresAt: Math.floor(expiresAtMs / 1000),
      sharedBy,
    };
    return { token: this.#keep(claims), name: claims.name, expiresAtMs: claims.expiresAt * 1000 };
  }

  /** Oldest first. */
  list(): TokenEntry[] {
    const entries = this.#ids(CLAIMS_FILE).flatMap((id) => this.#readEntry(id) ?? []);
    const revokedAtMs = new Map(entries.map((it) => [it.claims.id, it.revokedAtMs]));
    const all = entries.map((it) => {
      return { ...it, revokedAtMs: it.revokedAtMs ?? revokedAtMs.get(it.claims.sharedBy ?? '') };
    });
    return all.sort((a, b) => a.claims.issuedAt - b.claims.issuedAt);
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

  #keep(claims: TokenEntry['claims']): string {
    const { id, streamId: stream, ...rest } = claims;
    this.#tokenFolder.create(`${id}${CLAIMS_FILE}`, `${JSON.stringify({ ...rest, stream })}\n`);
    return this.tokens.sign(claims);
  }

  /** Whether it was one. Its mark goes last: a link without one would be good. */
  #forgetOldLink({ id, sharedBy, expiresAt }: TokenEntry['claims']): boolean {
    if (sharedBy === undefined || expiresAt === undefined) return false;
    if (expiresAt + FORGET_LINK_SECONDS > this.#nowSeconds()) return false;
    for (const ending of [CLAIMS_FILE, REVOKED_FILE]) this.#tokenFolder.remove(`${id}${ending}`);
    return true;
  }

  #nowSeconds(): number {
    return Math.floor(this.#unixMs() / 1000);
  }

  /** Undefined for a link that another process has just forgotten. */
  #readEntry(id: string): TokenEntry | undefined {
    const text = this.#tokenFolder.read(`${id}${CLAIMS_FILE}`);
    if (text === undefined) return undefined;
    const stored = v.safeParse(StoredToken, parseJson(text));
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

function newId(): string {
  return randomBytes(16).toString('base64url');
}

/** "view garden", "view garden 2", ... No longer than what may be typed to take it back. */
function freeName(base: string, taken: ReadonlySet<string>): string {
  let name = shorten(base, MAX_TOKEN_NAME_CHARS);
  for (let count = 2; taken.has(name); count += 1) {
    name = `${shorten(base, MAX_TOKEN_NAME_CHARS - ` ${count}`.length)} ${count}`;
  }
  return name;
}

/** Not between the two halves of a character. */
function shorten(text: string, chars: number): string {
  return text
    .slice(0, chars)
    .replace(/[\uD800-\uDBFF]$/, '')
    .trimEnd();
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
