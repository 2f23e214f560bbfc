/** Tokens as people hold them: good ones and all kinds of others, with what is in them for the model. */
import { JwtTokens } from '../../src/adapters/access/jwt-tokens.ts';
import type { Right } from '../../src/domain/access/authority.ts';
import { STREAMS, type Step } from './model-steps.ts';
import type { ModelToken } from './reference-model.ts';

export type HeldToken = ModelToken & { readonly text: string };

/** So many of each right of each stream: one that is revoked is not all. */
const COPIES = 4;
const SOON_MS = 90_000;

/** Those of one server, signed when they are first wanted. */
export class ModelTokens {
  static #made: ModelTokens | undefined;
  readonly #tokens: JwtTokens;
  readonly #foreign: JwtTokens;
  readonly #startedAtMs: number;
  readonly #held = new Map<string, HeldToken>();

  private constructor(secret: Uint8Array, startedAtMs: number) {
    this.#startedAtMs = startedAtMs;
    this.#tokens = new JwtTokens(secret, () => startedAtMs);
    this.#foreign = new JwtTokens(
      secret.map((byte) => byte ^ 1),
      () => startedAtMs,
    );
  }

  /** All lives begin with the same secret at the same time, and so have the same tokens. */
  static at(secret: Uint8Array, startedAtMs: number): ModelTokens {
    ModelTokens.#made ??= new ModelTokens(secret, startedAtMs);
    return ModelTokens.#made;
  }

  /** What somebody sends who wants `right` to the stream of this step. */
  choose({ token, stream, pick }: Step, right: Right): HeldToken | undefined {
    const name = STREAMS[stream]!;
    switch (token) {
      case 'none':
        return undefined;
      case 'right':
        return this.#hold(`${pick % COPIES}`, right, name);
      case 'soon':
        return this.#hold('soon', right, name, SOON_MS);
      case 'expired':
        return this.#hold('expired', right, name, -1000);
      case 'other right':
        return this.#hold(`${pick % COPIES}`, right === 'view' ? 'publish' : 'view', name);
      case 'other stream':
        return this.#hold(`${pick % COPIES}`, right, STREAMS[(stream + 1) % STREAMS.length]!);
      case 'forged':
        return this.#hold('forged', right, name);
      case 'garbage':
        return { id: 'garbage', right, stream: name, genuine: false, text: 'no.token.at-all' };
    }
  }

  /** Of a token that may be good. */
  idOf(pick: number): string {
    const right = pick % 2 === 0 ? 'view' : 'publish';
    return `${right} ${STREAMS[(pick >> 1) % STREAMS.length]} ${(pick >> 3) % COPIES}`;
  }

  #hold(kind: string, right: Right, stream: string, expiresInMs?: number): HeldToken {
    const id = `${right} ${stream} ${kind}`;
    const held = this.#held.get(id);
    if (held !== undefined) return held;
    const genuine = kind !== 'forged';
    const expiresAtMs = expiresInMs === undefined ? undefined : this.#startedAtMs + expiresInMs;
    const text = (genuine ? this.#tokens : this.#foreign).sign({
      id,
      right,
      streamId: stream,
      issuedAt: this.#startedAtMs / 1000,
      expiresAt: expiresAtMs === undefined ? undefined : expiresAtMs / 1000,
    });
    const token = { id, right, stream, genuine, expiresAtMs, text };
    this.#held.set(id, token);
    return token;
  }
}
