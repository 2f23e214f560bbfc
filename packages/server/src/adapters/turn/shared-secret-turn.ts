/**
 * TURN credentials for a TURN server of one's own that knows a shared secret, as coturn does with `use-auth-secret`
 * (draft-uberti-behave-turn-rest-00, section 2.2): the user name is the time of expiry and the session's id, the
 * password its HMAC, and the TURN server computes the same.
 */
import { createHmac } from 'node:crypto';
import type { IceServer } from '@perch/protocol';
import type { ComputedTurn, MintRequest } from '../../domain/turn/turn-provider.ts';

export interface SharedSecretTurnOptions {
  readonly secret: string;
  /** `turn:` and `turns:` URLs of the server, such as `turn:203.0.113.7:3478?transport=udp`. */
  readonly urls: readonly string[];
}

export class SharedSecretTurn implements ComputedTurn {
  readonly #options: SharedSecretTurnOptions;
  readonly #unixMs: () => number;

  constructor(options: SharedSecretTurnOptions, unixMs: () => number) {
    this.#options = options;
    this.#unixMs = unixMs;
  }

  mint({ id, ttlSeconds }: MintRequest): { iceServers: readonly IceServer[]; expires: boolean } {
    const { secret, urls } = this.#options;
    const username = `${Math.floor(this.#unixMs() / 1000) + ttlSeconds}:${id}`;
    // SHA-1 is what the draft says and all that coturn takes; an HMAC does not need more of it.
    const credential = createHmac('sha1', secret).update(username).digest('base64');
    return { iceServers: [{ urls, username, credential }], expires: true };
  }
}
