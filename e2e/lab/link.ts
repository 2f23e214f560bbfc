/** One direction of a link: its rate and queue (tc-tbf), its loss, and how many bytes went through it. */
import type { Namespace } from './namespace.ts';
import { WAN } from './nat.ts';

export interface Rate {
  readonly bitsPerSecond: number;
  /** How long a packet may wait in the queue; those that would wait longer are dropped. */
  readonly queueMs: number;
}

/** What may leave at once after a silence: ten packets, as a router's hardware queue. */
const BURST = '15k';

export class Link {
  readonly #from: Namespace;
  readonly #interface: string;
  readonly #to: Namespace;
  #lossRule: string | undefined;

  /** Packets that leave `from` through `networkInterface` for the router `to`. */
  constructor(from: Namespace, networkInterface: string, to: Namespace) {
    this.#from = from;
    this.#interface = networkInterface;
    this.#to = to;
  }

  setRate({ bitsPerSecond, queueMs }: Rate): void {
    const shape = `rate ${bitsPerSecond}bit burst ${BURST} latency ${queueMs}ms`;
    this.#from.run('tc', `qdisc replace dev ${this.#interface} root tbf ${shape}`.split(' '));
  }

  /** Loses `share` of the packets, at random, from now on. */
  setLoss(share: number): void {
    if (this.#lossRule !== undefined) this.#filter(`-D ${this.#lossRule}`);
    this.#lossRule = `FORWARD -i ${WAN} -m statistic --mode random --probability ${share} -j DROP`;
    this.#filter(`-I ${this.#lossRule}`);
  }

  bytesSent(): number {
    const path = `/sys/class/net/${this.#interface}/statistics/tx_bytes`;
    return Number(this.#from.run('cat', [path]));
  }

  #filter(rule: string): void {
    this.#to.run('iptables', rule.split(' '));
  }
}
