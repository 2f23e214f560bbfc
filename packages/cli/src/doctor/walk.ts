/** The whole walk: which step comes when, and which are left out because one before them failed. */
import type { IceServer } from '@perch/protocol';
import { type IceHost, iceHosts, toIceServer } from './ice-hosts.ts';
import { mintStep } from './mint-step.ts';
import { type Joined, tokenStep, upgradeStep } from './right-steps.ts';
import { type Health, httpStep, nameStep, portStep } from './server-steps.ts';
import type { Signaling } from './signaling.ts';
import { type Outcome, type Step, skipped } from './step.ts';
import { stunStep } from './stun-step.ts';
import type { Target } from './target.ts';
import { turnStep } from './turn-steps.ts';

export interface WalkComponents {
  readonly target: Target;
  readonly streamId: string;
  readonly token: string | undefined;
  /** Sends something through these TURN servers with the library that sends video. */
  readonly tryRelay: (iceServers: readonly IceServer[]) => Promise<Outcome>;
  readonly nowMs: () => number;
  /** Told of each step as it ends. */
  readonly report: (step: Step) => void;
}

/** Resolves with the number of steps that failed. */
export async function walk(components: WalkComponents): Promise<number> {
  const walker = new Walker(components);
  const signaling = await walker.enter();
  if (signaling === undefined) {
    walker.leaveOut(['token', 'TURN mint', 'UDP', 'TURN', 'relay']);
    return walker.failures;
  }
  try {
    await walker.inside(signaling);
  } finally {
    signaling.close();
  }
  return walker.failures;
}

class Walker {
  readonly #components: WalkComponents;
  #health: Health = { turnKind: undefined };
  failures = 0;

  constructor(components: WalkComponents) {
    this.#components = components;
  }

  /** As far as an open WebSocket. */
  async enter(): Promise<Signaling | undefined> {
    const { target } = this.#components;
    let signaling: Signaling | undefined;
    const steps: Readonly<Record<string, () => Promise<Outcome>>> = {
      name: () => nameStep(target),
      port: () => portStep(target),
      Perch: async () => {
        const [outcome, health] = await httpStep(target);
        this.#health = health ?? this.#health;
        return outcome;
      },
      WebSocket: async () => {
        const [outcome, opened] = await upgradeStep(target);
        signaling = opened;
        return outcome;
      },
    };
    const names = Object.keys(steps);
    for (const [position, name] of names.entries()) {
      if (await this.#step(name, steps[name] as () => Promise<Outcome>)) continue;
      this.leaveOut(names.slice(position + 1));
      return undefined;
    }
    return signaling;
  }

  async inside(signaling: Signaling): Promise<void> {
    const { target, streamId, token, tryRelay } = this.#components;
    let joined: Joined | undefined;
    const entered = await this.#step('token', async () => {
      const [outcome, answer] = await tokenStep(signaling, { streamId, token });
      joined = answer;
      return outcome;
    });
    if (!entered) {
      this.leaveOut(['TURN mint', 'UDP', 'TURN', 'relay']);
      return;
    }
    let servers: readonly IceServer[] = [];
    await this.#step('TURN mint', async () => {
      const [outcome, minted] = await mintStep({ target, token, health: this.#health, signaling, joined });
      servers = minted;
      return outcome;
    });
    const hosts = iceHosts(servers);
    await this.#step('UDP', () => stunStep(hosts));
    const turns = hosts.filter(({ kind }) => kind === 'turn');
    if (turns.length === 0) {
      this.leaveOut(['TURN', 'relay'], 'there is no TURN server');
      return;
    }
    // The ones of one address fail alike, and each takes its time.
    const attempts = turns.map((turn) => ({ turn, attempt: this.#timed(() => turnStep(turn)) }));
    const usable: IceHost[] = [];
    for (const { turn, attempt } of attempts) {
      const timed = await attempt;
      this.#report('TURN', timed);
      if (timed.outcome.mark === 'ok') usable.push(turn);
    }
    if (usable.length > 0) await this.#step('relay', () => tryRelay(usable.map(toIceServer)));
    else this.leaveOut(['relay'], 'no TURN server above gave an allocation');
  }

  leaveOut(names: readonly string[], why = 'because of the failure above'): void {
    for (const name of names) this.#report(name, { outcome: skipped(why), tookMs: 0 });
  }

  /** Whether the walk can go on from there. */
  async #step(name: string, run: () => Promise<Outcome>): Promise<boolean> {
    const timed = await this.#timed(run);
    this.#report(name, timed);
    return timed.outcome.mark !== 'failed';
  }

  async #timed(run: () => Promise<Outcome>): Promise<Omit<Step, 'name'>> {
    const since = this.#components.nowMs();
    const outcome = await run();
    return { outcome, tookMs: this.#components.nowMs() - since };
  }

  #report(name: string, { outcome, tookMs }: Omit<Step, 'name'>): void {
    if (outcome.mark === 'failed') this.failures += 1;
    this.#components.report({ name, outcome, tookMs });
  }
}
