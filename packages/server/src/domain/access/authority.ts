/** Who may publish or watch which stream: what the rooms and the HTTP routes ask, whoever answers. */
import { type Refusal, type Result, refuse } from '@perch/protocol';

/** One does not imply the other. */
export type Right = 'publish' | 'view';

/** A right that was checked. What made it, a token or an open server, no longer matters. */
export interface Grant {
  readonly right: Right;
  readonly streamId: string;
  /** Missing where no token was needed. */
  readonly tokenId: string | undefined;
  /** The token that this one was made with: what ends that ends this. */
  readonly sharedBy: string | undefined;
  /** Links to the same stream may be made with it. */
  readonly mayShare: boolean;
  /** Unix time in milliseconds; missing when the right has no end. */
  readonly expiresAtMs: number | undefined;
}

/** Synchronous, so that a socket's messages keep their order. */
export interface Authority {
  /** Anyone may do anything: tokens are not looked at. */
  readonly open: boolean;
  check(token: string | undefined, right: Right, streamId: string): Result<Grant>;
  /** What a good token allows, whatever that is; undefined where none is needed. */
  identify(token: string | undefined): Result<Grant | undefined>;
  signResume(viewerId: string, streamId: string): string;
  mayResume(resumeToken: string | undefined, viewerId: string, streamId: string): boolean;
  /** Told the ids of tokens that were good and no longer are. */
  onRevoked(listener: (tokenIds: ReadonlySet<string>) => void): void;
}

/** Why a token is not taken. None of these sentences says anything about the token itself (SPEC.md, ERR4). */
export type TokenRefusal =
  | 'token-missing'
  | 'token-invalid'
  | 'token-expired'
  | 'token-revoked'
  | 'forbidden';

/** A sentence for whoever holds the token, with what to do next. */
export function refuseToken(code: TokenRefusal, right: Right): Refusal {
  return refuse(code, `${FINDINGS[right][code]}: ${NEXT_STEP[right]}`);
}

const FINDINGS: Readonly<Record<Right, Readonly<Record<TokenRefusal, string>>>> = {
  publish: {
    'token-missing': 'publishing here needs a token',
    'token-invalid': 'the token is not one of this server, or was not copied whole',
    'token-expired': 'the token has expired',
    'token-revoked': 'the token has been revoked',
    forbidden: 'the token does not allow publishing this stream',
  },
  view: {
    'token-missing': 'watching here needs a link with a token',
    'token-invalid': "the link's token is not one of this server, or was not copied whole",
    'token-expired': "the link's token has expired",
    'token-revoked': "the link's token has been revoked",
    forbidden: "the link's token does not allow watching this stream",
  },
};

const NEXT_STEP: Readonly<Record<Right, string>> = {
  publish:
    'run "perch token --publish" with the stream\'s name on the server, and set PERCH_TOKEN to what it prints',
  view: 'ask the owner of the camera for a new link, which "perch token --view" prints on the server',
};
