/** Anyone may publish and watch anything. A viewer's id is still given back only to who had it. */
import type { Result } from '@perch/protocol';
import type { Authority, Grant, Right } from './authority.ts';
import type { ResumeTokens } from './tokens.ts';

export class OpenAuthority implements Authority {
  readonly open = true;
  readonly #resumeTokens: ResumeTokens;

  constructor(resumeTokens: ResumeTokens) {
    this.#resumeTokens = resumeTokens;
  }

  check(_token: string | undefined, right: Right, streamId: string): Result<Grant> {
    const nothing = { tokenId: undefined, sharedBy: undefined, expiresAtMs: undefined };
    return { ok: true, value: { right, streamId, mayShare: false, ...nothing } };
  }

  identify(): Result<undefined> {
    return { ok: true, value: undefined };
  }

  signResume(viewerId: string, streamId: string): string {
    return this.#resumeTokens.signResume(viewerId, streamId);
  }

  mayResume(resumeToken: string | undefined, viewerId: string, streamId: string): boolean {
    return resumeToken !== undefined && this.#resumeTokens.isResume(resumeToken, viewerId, streamId);
  }

  onRevoked(): void {
    // There is nothing to revoke.
  }
}
