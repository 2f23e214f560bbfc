/**
 * Mints TURN credentials for a TURN server of one's own that knows a shared secret, as coturn does with
 * `use-auth-secret` (draft-uberti-behave-turn-rest-00, section 2.2). Nobody is asked: the user name is the time of
 * expiry, the password its HMAC, and the TURN server computes the same.
 */
import { createHmac } from 'node:crypto';
import type { MintResult, TurnMint } from '../../domain/turn-credentials.ts';

export interface SharedSecretTurnOptions {
  readonly secret: string;
  /** `turn:` and `turns:` URLs of the server, such as `turn:203.0.113.7:3478?transport=udp`. */
  readonly urls: readonly string[];
}

/** coturn wants a name behind the expiry only for its log; it is the same for everyone. */
const NAME = 'perch';

export class SharedSecretTurn implements TurnMint {
  readonly #options: SharedSecretTurnOptions;
  readonly #unixMs: () => number;

  constructor(options: SharedSecretTurnOptions, unixMs: () => number) {
    this.#options = options;
    this.#unixMs = unixMs;
  }

  mint(ttlSeconds: number): Promise<MintResult> {
    const { secret, urls } = this.#options;
    const username = `${Math.floor(this.#unixMs() / 1000) + ttlSeconds}:${NAME}`;
    // SHA-1 is what the draft says and all that coturn takes; an HMAC does not need more of it.
    const credential = createHmac('sha1', secret).update(username).digest('base64');
    return Promise.resolve({ ok: true, iceServers: [{ urls, username, credential }] });
  }
}
