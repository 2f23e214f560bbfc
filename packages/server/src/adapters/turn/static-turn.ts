/** A TURN server with one user and one password for everyone, for ever: whoever has watched once can use it. */
import type { IceServer } from '@perch/protocol';
import type { ComputedTurn } from '../../domain/turn/turn-provider.ts';

export interface StaticTurnOptions {
  readonly username: string;
  readonly password: string;
  readonly urls: readonly string[];
}

export class StaticTurn implements ComputedTurn {
  readonly #iceServers: readonly IceServer[];

  constructor({ username, password, urls }: StaticTurnOptions) {
    this.#iceServers = [{ urls, username, credential: password }];
  }

  mint(): { iceServers: readonly IceServer[]; expires: boolean } {
    return { iceServers: this.#iceServers, expires: false };
  }
}
