/**
 * Links that viewers make for others (SPEC.md, LINK rules): who may, for how long, and how many. Owns how many each
 * sharer made lately; the links are the store's.
 */
import { type Result, refuse } from '@perch/protocol';
import type { Limits } from '../limits/limits.ts';
import { rateOf, TokenBucket } from '../limits/token-bucket.ts';
import type { RoomEvent } from '../room-event.ts';
import type { Authority, Grant } from './authority.ts';

export interface NewLink {
  readonly streamId: string;
  /** The id of the sharer's token. */
  readonly sharedBy: string;
  readonly name: string | undefined;
  readonly expiresAtMs: number;
}

export interface SharedLink {
  readonly token: string;
  /** What its owner finds it by. */
  readonly name: string;
  readonly expiresAtMs: number;
}

export interface LinkStore {
  /** Throws when it can't be kept. */
  addLink(link: NewLink): SharedLink;
}

export interface LinkWish {
  readonly seconds: number;
  readonly name?: string | undefined;
}

/** Who may share, and what. */
export interface Sharer {
  readonly tokenId: string;
  readonly streamId: string;
  readonly expiresAtMs: number | undefined;
}

/** Shorter, and it is over before it was read. */
export const MIN_LINK_SECONDS = 5 * 60;

/** A guest's stay. Who is to watch for longer gets a link from the owner. */
const MAX_LINK_SECONDS = 7 * 24 * 60 * 60;

const HOUR_SECONDS = 60 * 60;

interface LinkSharingComponents {
  readonly authority: Pick<Authority, 'check'>;
  readonly store: LinkStore;
  readonly limits: Pick<Limits, 'linksPerHour'>;
  readonly now: () => number;
  readonly report: (event: RoomEvent) => void;
  /** Told why a link can't be kept. */
  readonly reportTrouble: (error: unknown) => void;
}

export class LinkSharing {
  readonly #components: LinkSharingComponents;
  /** By token. The owner made every one that may share, so they are few. */
  readonly #made = new Map<string, TokenBucket>();

  constructor(components: LinkSharingComponents) {
    this.#components = components;
  }

  /** When who has made as many as one may can make one more. */
  get retryAfterSeconds(): number {
    return Math.ceil(HOUR_SECONDS / this.#components.limits.linksPerHour);
  }

  sharerOf(token: string | undefined, streamId: string): Result<Sharer> {
    const right = this.#components.authority.check(token, 'view', streamId);
    return right.ok ? toSharer(right.value) : right;
  }

  share(sharer: Sharer, { seconds, name }: LinkWish): Result<SharedLink> {
    const { store, now, report, reportTrouble } = this.#components;
    if (!this.#mayMake(sharer.tokenId)) {
      return refuse(
        'rate-limited',
        'as many links were made with this one as may be in an hour; come back later',
      );
    }
    const { streamId, tokenId: sharedBy } = sharer;
    const wanted = now() + Math.min(seconds, MAX_LINK_SECONDS) * 1000;
    const expiresAtMs = Math.min(wanted, sharer.expiresAtMs ?? wanted);
    try {
      const link = store.addLink({ streamId, sharedBy, name, expiresAtMs });
      report({ type: 'link-made', streamId });
      return { ok: true, value: link };
    } catch (error) {
      reportTrouble(error);
      return refuse('refused', 'the server can not keep a link now; its log says why');
    }
  }

  #mayMake(tokenId: string): boolean {
    const { limits, now } = this.#components;
    const rate = rateOf(limits.linksPerHour, HOUR_SECONDS);
    const bucket = this.#made.get(tokenId) ?? new TokenBucket(rate, now());
    this.#made.set(tokenId, bucket);
    return bucket.take(1, rate, now());
  }
}

function toSharer({ mayShare, tokenId, streamId, expiresAtMs }: Grant): Result<Sharer> {
  if (mayShare && tokenId !== undefined) return { ok: true, value: { tokenId, streamId, expiresAtMs } };
  const how = 'ask the owner for one that does, which "perch token --view" prints with --share on the server';
  return refuse('forbidden', `this link does not allow sharing: ${how}`);
}
