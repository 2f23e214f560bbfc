/** What it means for a streamer that the server takes its token no longer, or never did (SPEC.md, ERR rules). Pure. */
import type { ErrorCode } from '@perch/protocol';

const FINDINGS: Partial<Record<ErrorCode, string>> = {
  'token-missing': 'the server wants a token',
  'token-invalid': 'the server does not know the token',
  'token-expired': 'the token has expired',
  'token-revoked': 'the token has been revoked',
  forbidden: 'the token does not allow publishing this stream',
};

export interface TokenRefusal {
  /** One sentence for the owner, with what to do. */
  readonly reason: string;
  /**
   * No later try can go better. A token that was good before and is unknown now may be so again: a server that lost
   * its state folder gets it back, and nobody is there to start the streamer.
   */
  readonly final: boolean;
}

/** Undefined for what has nothing to do with tokens. */
export function judgeTokenRefusal(
  code: ErrorCode,
  { streamId, wasGood }: { streamId: string; wasGood: boolean },
): TokenRefusal | undefined {
  const finding = FINDINGS[code];
  if (finding === undefined) return undefined;
  const reason = `${finding}; run "perch token --publish ${streamId}" on the server, and put what it prints into PERCH_TOKEN`;
  return { reason, final: !wasGood || code === 'token-expired' || code === 'token-revoked' };
}
