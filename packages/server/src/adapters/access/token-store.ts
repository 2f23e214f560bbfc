/**
 * The server's secret and the tokens that were issued with it, in the state folder:
 *
 *     secret                 32 random bytes in base64url
 *     tokens/NAME.json       what a token says, without its signature: the token is signed again when it is shown
 *     tokens/ID.revoked      a mark, never taken away while the token would be good
 *
 * NAME is a hash of the token's name, so of two processes that give a name at once one finds the file there. One file a token,
 * each made once and never changed, so `perch serve` and any number of `perch token` can use the folder at once without
 * locks: nothing is read, changed and written back. A token that this secret signed is good without being in here; other
 * servers may share the secret. Whatever has been over for long is forgotten when the next one is made.
 */
import { createHash, randomBytes } from 'node:crypto';
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

/** 132 bits in base64url: an id, and the name of a file. */
const ID = /^[\w-]{22}$/;
const ID_CHARS = 22;
const CLAIMS_FILE = '.json';
const REVOKED_FILE = '.revoked';

const StoredToken = v.object({
  id: v.pipe(v.string(), v.regex(ID)),
  right: v.picklist(['publish', 'view']),
  stream: v.string(),
  name: v.string(),
  issuedAt: v.pipe(v.number(), v.integer()),
  expiresAt: v.exactOptional(v.pipe(v.number(), v.integer())),
  mayShare: v.exactOptional(v.literal(true)),
  sharedBy: v.exactOptional(v.string()),
});

const DAY_SECONDS = 24 * 60 * 60;

/** What is over is still listed for so long, so that its owner sees who had it. Links that viewers make are many. */
const FORGET_LINK_SECONDS = DAY_SECONDS;
const FORGET_TOKEN_SECONDS = 30 * DAY_SECONDS;

/** What a file says, and which it is. */
interface StoredEntry extends TokenEntry {
  readonly file: string;
}

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
    const issuedAt = this.#nowSeconds();
    const names = name === undefined ? numbered(`${right} ${streamId}`) : [name];
    const claims = this.#keep(names, this.#forgetOver(), {
      id: newId(),
      right,
      streamId,
      issuedAt,
      expiresAt: lifetimeMs === undefined ? undefined : issuedAt + Math.ceil(lifetimeMs / 1000),
      ...(mayShare ? { mayShare } : {}),
    });
    if (claims === undefined) return { ok: false, reason: 'name-taken' };
    return { ok: true, entry: { claims, revokedAtMs: undefined }, token: this.tokens.sign(claims) };
  }

  /** A name that is taken gets a number: whoever shares is not to know the names of all others. */
  addLink({ streamId, sharedBy, name, expiresAtMs }: NewLink): SharedLink {
    const entries = this.#forgetOver();
    const sharer = entries.find(({ claims }) => claims.id === sharedBy);
    const link = {
      id: newId(),
      right: 'view' as const,
      streamId,
      issuedAt: this.#nowSeconds(),
      expiresAt: Math.floor(expiresAtMs / 1000),
      sharedBy,
    };
    const names = numbered(name ?? `link of ${sharer?.claims.name ?? streamId}`);
    const claims = this.#keep(names, entries, link) as TokenEntry['claims'];
    return { token: this.tokens.sign(claims), name: claims.name, expiresAtMs: link.expiresAt * 1000 };
  }

  /** Oldest first, without what is to be forgotten. */
  list(): TokenEntry[] {
    const entries = this.#readAll();
    const revokedAtMs = new Map(entries.map((it) => [it.claims.id, it.revokedAtMs]));
    const listed = entries.filter(({ claims }) => !this.#isOver(claims));
    const all = listed.map(({ claims, revokedAtMs: own }) => {
      return { claims, revokedAtMs: own ?? revokedAtMs.get(claims.sharedBy ?? '') };
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

  /** Under the first of the names that nobody has; undefined where all are taken. */
  #keep(
    names: Iterable<string>,
    entries: readonly TokenEntry[],
    { id, streamId, ...rest }: Omit<TokenEntry['claims'], 'name'>,
  ): TokenEntry['claims'] | undefined {
    const taken = new Set(entries.map(({ claims }) => claims.name));
    for (const name of names) {
      if (taken.has(name)) continue;
      const text = `${JSON.stringify({ id, ...rest, name, stream: streamId })}\n`;
      if (this.#tokenFolder.create(fileOf(name), text)) return { id, streamId, ...rest, name };
    }
    return undefined;
  }

  /** Returns what is left. */
  #forgetOver(): readonly TokenEntry[] {
    return this.#readAll().filter((entry) => {
      if (!this.#isOver(entry.claims)) return true;
      this.#forget(entry);
      return false;
    });
  }

  #isOver({ sharedBy, expiresAt }: TokenEntry['claims']): boolean {
    const keptSeconds = sharedBy === undefined ? FORGET_TOKEN_SECONDS : FORGET_LINK_SECONDS;
    return expiresAt !== undefined && expiresAt + keptSeconds <= this.#nowSeconds();
  }

  /** Another process may have forgotten it too, and then given its name, and so its file, to a new token. */
  #forget({ file, claims: { id } }: StoredEntry): void {
    const text = this.#tokenFolder.take(file);
    if (text !== undefined && this.#parse(file, text).claims.id !== id) {
      if (!this.#tokenFolder.create(file, text)) this.#tokenFolder.create(`${newId()}${CLAIMS_FILE}`, text);
      return;
    }
    // Last: a revoked token is not to be listed as one that was good to its end.
    this.#tokenFolder.remove(`${id}${REVOKED_FILE}`);
  }

  #nowSeconds(): number {
    return Math.floor(this.#unixMs() / 1000);
  }

  /** Without what another process has just forgotten. */
  #readAll(): StoredEntry[] {
    return this.#ids(CLAIMS_FILE).flatMap((id) => {
      const file = `${id}${CLAIMS_FILE}`;
      const text = this.#tokenFolder.read(file);
      return text === undefined ? [] : [this.#parse(file, text)];
    });
  }

  #parse(file: string, text: string): StoredEntry {
    const stored = v.safeParse(StoredToken, parseJson(text));
    if (!stored.success) {
      throw new StateFolderError(
        'foreign',
        `${this.#tokenFolder.path}/${file} is not a token's file; remove it`,
      );
    }
    const { stream: streamId, id, expiresAt, ...rest } = stored.output;
    const revoked = this.#tokenFolder.read(`${id}${REVOKED_FILE}`);
    return {
      file,
      claims: { id, streamId, expiresAt, ...rest },
      revokedAtMs: revoked === undefined ? undefined : Number(revoked) || 0,
    };
  }
}

function newId(): string {
  return randomBytes(16).toString('base64url');
}

function fileOf(name: string): string {
  return `${createHash('sha256').update(name).digest('base64url').slice(0, ID_CHARS)}${CLAIMS_FILE}`;
}

/** "view garden", "view garden 2", ... without end. No longer than what may be typed to take it back. */
function* numbered(base: string): Iterable<string> {
  yield shorten(base, MAX_TOKEN_NAME_CHARS);
  for (let count = 2; ; count += 1) {
    yield `${shorten(base, MAX_TOKEN_NAME_CHARS - ` ${count}`.length)} ${count}`;
  }
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
