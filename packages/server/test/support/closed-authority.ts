/** A closed server's authority on a manual clock, and a way to sign, to forge and to revoke. */
import { JwtTokens } from '../../src/adapters/access/jwt-tokens.ts';
import type { Right } from '../../src/domain/access/authority.ts';
import { ClosedAuthority, REVOCATION_CHECK_MS } from '../../src/domain/access/closed-authority.ts';
import { ManualScheduler } from './manual-scheduler.ts';

interface Claims {
  readonly id?: string;
  readonly expiresIn?: number;
  readonly mayShare?: true;
  readonly sharedBy?: string;
}

export function closedAuthority() {
  const scheduler = new ManualScheduler();
  const signer = (fill: number) => new JwtTokens(new Uint8Array(32).fill(fill), () => scheduler.now());
  const [tokens, foreign] = [signer(7), signer(8)];
  const revoked = new Set<string>();
  const authority = new ClosedAuthority({
    tokens,
    revocations: { readRevoked: () => new Set(revoked) },
    scheduler,
    reportTrouble: () => undefined,
  });
  const signBy =
    (by: JwtTokens) =>
    (right: Right, streamId: string, { id = 'good', expiresIn, ...claims }: Claims = {}): string => {
      const issuedAt = Math.floor(scheduler.now() / 1000);
      const expiresAt = expiresIn === undefined ? undefined : issuedAt + expiresIn;
      return by.sign({ id, right, streamId, issuedAt, expiresAt, ...claims });
    };
  return {
    authority,
    scheduler,
    sign: signBy(tokens),
    forge: signBy(foreign),
    revoke: (id: string) => {
      revoked.add(id);
      scheduler.advance(REVOCATION_CHECK_MS);
    },
  };
}
