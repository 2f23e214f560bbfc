/** What a token says, and the ports through which the authorities read and sign tokens. */
import type { Right } from './authority.ts';

/**
 * A token's claims. The token is these, signed: the same claims give the same token. The name that its owner gave it is
 * not among them: links are passed on, and a shorter one makes a smaller QR code.
 */
export interface TokenClaims {
  /** Names this token for revoking it. Not a secret, and worth nothing without the signature. */
  readonly id: string;
  readonly right: Right;
  readonly streamId: string;
  /** Unix time in whole seconds, as JWT counts. */
  readonly issuedAt: number;
  readonly expiresAt: number | undefined;
  /** Its holder may make links to watch the same stream (SPEC.md, LINK rules). */
  readonly mayShare?: true | undefined;
  /** The id of the token that it was made with, by a viewer. */
  readonly sharedBy?: string | undefined;
}

export type TokenReading =
  | { readonly state: 'good'; readonly claims: TokenClaims }
  /** Signed here, but its time is over. */
  | { readonly state: 'expired' }
  | { readonly state: 'invalid' };

/** Never throws, whatever the text is. */
export interface TokenReader {
  read(token: string): TokenReading;
}

/** Lets a viewer have its id back (SPEC.md, RESUME rules). It is no right to watch. */
export interface ResumeTokens {
  signResume(viewerId: string, streamId: string): string;
  isResume(token: string, viewerId: string, streamId: string): boolean;
}
