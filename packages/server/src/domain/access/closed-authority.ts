/** Only who holds a token signed here may, and only what the token says, until it expires or is revoked. */
import type { Result } from '@perch/protocol';
import type { Cancel, Scheduler } from '../scheduler.ts';
import { type Authority, type Grant, type Right, refuseToken } from './authority.ts';
import type { ResumeTokens, TokenReader } from './tokens.ts';

/** Tokens that their owner took back, by whichever process. */
export interface Revocations {
  /** Ids of all revoked tokens. Throws when they can't be known now. */
  readRevoked(): ReadonlySet<string>;
}

interface ClosedAuthorityComponents {
  readonly tokens: TokenReader & ResumeTokens;
  readonly revocations: Revocations;
  readonly scheduler: Scheduler;
  /** Told why revocations can't be read, once until they can again. */
  readonly reportTrouble: (error: unknown) => void;
}

/** A revoked viewer is out within this time and the moment that closing takes. */
export const REVOCATION_CHECK_MS = 1000;

export class ClosedAuthority implements Authority {
  readonly open = false;
  readonly #components: ClosedAuthorityComponents;
  readonly #stop: Cancel;
  readonly #revoked = new Set<string>();
  readonly #listeners = new Set<(tokenIds: ReadonlySet<string>) => void>();
  #inTrouble = false;

  /** Throws when the revocations can't be read at the start: what was revoked must not be good again. */
  constructor(components: ClosedAuthorityComponents) {
    this.#components = components;
    for (const id of components.revocations.readRevoked()) this.#revoked.add(id);
    this.#stop = components.scheduler.every(REVOCATION_CHECK_MS, () => this.#lookForRevoked());
  }

  check(token: string | undefined, right: Right, streamId: string): Result<Grant> {
    const grant = this.#read(token, right);
    if (!grant.ok) return grant;
    const allowed = grant.value.right === right && grant.value.streamId === streamId;
    return allowed ? grant : refuseToken('forbidden', right);
  }

  identify(token: string | undefined): Result<Grant> {
    return this.#read(token, 'view');
  }

  signResume(viewerId: string, streamId: string): string {
    return this.#components.tokens.signResume(viewerId, streamId);
  }

  mayResume(resumeToken: string | undefined, viewerId: string, streamId: string): boolean {
    return resumeToken !== undefined && this.#components.tokens.isResume(resumeToken, viewerId, streamId);
  }

  onRevoked(listener: (tokenIds: ReadonlySet<string>) => void): void {
    this.#listeners.add(listener);
  }

  close(): void {
    this.#stop();
    this.#listeners.clear();
  }

  /** `wanted` is for the words of the refusal alone. */
  #read(token: string | undefined, wanted: Right): Result<Grant> {
    if (token === undefined || token === '') return refuseToken('token-missing', wanted);
    const reading = this.#components.tokens.read(token);
    if (reading.state === 'invalid') return refuseToken('token-invalid', wanted);
    if (reading.state === 'expired') return refuseToken('token-expired', wanted);
    const { id, right, streamId, expiresAt, sharedBy, mayShare = false } = reading.claims;
    if (this.#revoked.has(id) || (sharedBy !== undefined && this.#revoked.has(sharedBy)))
      return refuseToken('token-revoked', wanted);
    const expiresAtMs = expiresAt === undefined ? undefined : expiresAt * 1000;
    return { ok: true, value: { right, streamId, tokenId: id, sharedBy, mayShare, expiresAtMs } };
  }

  /** What is revoked stays so for this process, even when its mark can no longer be read. */
  #lookForRevoked(): void {
    let found: ReadonlySet<string>;
    try {
      found = this.#components.revocations.readRevoked();
    } catch (error) {
      if (!this.#inTrouble) this.#components.reportTrouble(error);
      this.#inTrouble = true;
      return;
    }
    this.#inTrouble = false;
    const added = new Set([...found].filter((id) => !this.#revoked.has(id)));
    if (added.size === 0) return;
    for (const id of added) this.#revoked.add(id);
    for (const listener of this.#listeners) listener(added);
  }
}
