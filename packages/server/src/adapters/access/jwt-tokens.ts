/**
 * Signs and checks tokens as JWT (RFC 7519) with `jsonwebtoken`. The algorithm is HS256 whatever a token's header
 * says, and the signature is compared in constant time, both by the library. Checking one takes 10 to 25 µs on a
 * desktop core, most of it the HMAC and JSON, and does not depend on how many tokens there are.
 */
import { createSecretKey, type KeyObject } from 'node:crypto';
import { MAX_TOKEN_CHARS } from '@perch/protocol';
import jwt from 'jsonwebtoken';
import * as v from 'valibot';
import type { ResumeTokens, TokenClaims, TokenReader, TokenReading } from '../../domain/access/tokens.ts';

const ALGORITHM = 'HS256';
/** Apart, so that neither kind of token is ever taken for the other. */
const AUDIENCE = 'perch';
const RESUME_AUDIENCE = 'perch-resume';

const UnixSeconds = v.pipe(v.number(), v.integer(), v.minValue(0));

const Claims = v.object({
  aud: v.literal(AUDIENCE),
  right: v.picklist(['publish', 'view']),
  sub: v.pipe(v.string(), v.nonEmpty()),
  jti: v.pipe(v.string(), v.nonEmpty()),
  iat: UnixSeconds,
  exp: v.exactOptional(UnixSeconds),
  share: v.exactOptional(v.literal(true)),
  by: v.exactOptional(v.pipe(v.string(), v.nonEmpty())),
});

const ResumeClaims = v.object({ aud: v.literal(RESUME_AUDIENCE), sub: v.string(), stream: v.string() });

export class JwtTokens implements TokenReader, ResumeTokens {
  readonly #key: KeyObject;
  readonly #unixMs: () => number;

  constructor(secret: Uint8Array, unixMs: () => number) {
    this.#key = createSecretKey(secret);
    this.#unixMs = unixMs;
  }

  /** The same text for the same claims, always: so the text itself need not be kept anywhere. */
  sign({ id, right, streamId, issuedAt, expiresAt, mayShare, sharedBy }: TokenClaims): string {
    return this.#sign({
      aud: AUDIENCE,
      right,
      sub: streamId,
      jti: id,
      iat: issuedAt,
      ...(expiresAt === undefined ? {} : { exp: expiresAt }),
      ...(mayShare === undefined ? {} : { share: mayShare }),
      ...(sharedBy === undefined ? {} : { by: sharedBy }),
    });
  }

  read(token: string): TokenReading {
    const { state, payload } = this.#verify(token, AUDIENCE);
    if (state !== 'good') return { state };
    const claims = v.safeParse(Claims, payload);
    if (!claims.success) return { state: 'invalid' };
    const { jti: id, right, sub: streamId, iat: issuedAt, exp: expiresAt, share, by } = claims.output;
    return { state, claims: { id, right, streamId, issuedAt, expiresAt, mayShare: share, sharedBy: by } };
  }

  /** It has no end of its own: what it gives back is worth something only while the viewer's connection lives. */
  signResume(viewerId: string, streamId: string): string {
    const iat = Math.floor(this.#unixMs() / 1000);
    return this.#sign({ aud: RESUME_AUDIENCE, sub: viewerId, stream: streamId, iat });
  }

  isResume(token: string, viewerId: string, streamId: string): boolean {
    const { payload } = this.#verify(token, RESUME_AUDIENCE);
    const claims = v.safeParse(ResumeClaims, payload);
    return claims.success && claims.output.sub === viewerId && claims.output.stream === streamId;
  }

  #sign(payload: Readonly<Record<string, unknown>>): string {
    return jwt.sign(payload, this.#key, { algorithm: ALGORITHM });
  }

  /** The library's errors end here: some of them quote what was in the token. */
  #verify(token: string, audience: string): { state: TokenReading['state']; payload?: unknown } {
    if (token.length > MAX_TOKEN_CHARS) return { state: 'invalid' };
    const clockTimestamp = Math.floor(this.#unixMs() / 1000);
    try {
      const options = { algorithms: [ALGORITHM as jwt.Algorithm], audience, clockTimestamp };
      return { state: 'good', payload: jwt.verify(token, this.#key, options) };
    } catch (error) {
      // Thrown after the signature was found good, and only then.
      return { state: error instanceof jwt.TokenExpiredError ? 'expired' : 'invalid' };
    }
  }
}
