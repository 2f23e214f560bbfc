/** Attacks of several kinds from several addresses: keeps so many sockets open, or being opened, until it is ended. */
import { connect, type Socket } from 'node:net';
import { ATTACKS, type Attack, type AttackName, attackBy } from './attacks.ts';

export interface Orders {
  readonly port: number;
  /** Of the attacker's; each does all. */
  readonly addresses: readonly string[];
  readonly attacks: readonly AttackName[];
}

/** A machine that has no more ports or files for the attacker gives some back soon. */
const PAUSE_MS = 50;

/** An attack is under way when each of its sockets was opened, or as many of a botnet's. */
const UNDER_WAY_AT_MOST = 20_000;

/** Connections that are being made, for each address and kind: a listen queue holds some hundreds. */
const OPENING_AT_ONCE = 200;

export class Campaign {
  readonly #sockets = new Set<Socket>();
  #ended = false;
  opened = 0;
  /** Resolves when the server has the first of it. */
  readonly underWay: Promise<void>;
  readonly #underWayAt: number;
  #resolveUnderWay: () => void = () => undefined;

  constructor({ port, addresses, attacks }: Orders) {
    this.underWay = new Promise((resolve) => {
      this.#resolveUnderWay = resolve;
    });
    const sockets = attacks.reduce((sum, name) => sum + ATTACKS[name].sockets, 0) * addresses.length;
    this.#underWayAt = Math.min(sockets, UNDER_WAY_AT_MOST);
    for (const localAddress of addresses) {
      for (const name of attacks) this.#attack(name, { port, localAddress });
    }
  }

  end(): void {
    this.#ended = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  #attack(name: AttackName, to: { readonly port: number; readonly localAddress: string }): void {
    const attack: Attack = ATTACKS[name];
    let open = 0;
    let opening = 0;
    const fill = (): void => {
      while (!this.#ended && open + opening < attack.sockets && opening < OPENING_AT_ONCE) openOne();
    };
    const openOne = (): void => {
      opening++;
      const socket = connect({ host: '127.0.0.1', ...to });
      let isOpen = false;
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('connect', () => {
        opening--;
        open++;
        isOpen = true;
        this.opened++;
        if (this.opened === this.#underWayAt) this.#resolveUnderWay();
        if (attack.isDeaf !== true) socket.resume();
        attackBy(attack, socket);
        fill();
      });
      socket.once('close', () => {
        this.#sockets.delete(socket);
        if (isOpen) open--;
        else opening--;
        if (isOpen) setImmediate(fill);
        else setTimeout(fill, PAUSE_MS);
      });
    };
    fill();
  }
}
