import type { IceServer } from '@perch/protocol';
import { Alarm } from '../alarm.ts';
import { type RelayKind, serversOf } from '../relay-kind.ts';
import { WatchSession } from '../watch-session.ts';
import { type Gathered, noFacts } from './check-facts.ts';
import type { CheckPorts } from './check-ports.ts';
import { relayUrls } from './ice-steps.ts';
import { Recorder } from './recorder.ts';
import type { Step } from './step.ts';
import { stepsOf } from './steps.ts';
import { type Cause, causeOf, isSettled } from './verdict.ts';

/** A person looks at a list that grows for so long. A direct connection and one relay have been tried by then. */
const CHECK_MS = 15_000;

/** What is known may still change for so long: a camera that comes, the version that `/health` tells. */
const SETTLE_MS = 1_000;

/** STUN and TURN servers on the other side of the world answer sooner; browsers wait twice as long. */
const GATHER_MS = 5_000;

/** Often enough to look live, seldom enough to cost nothing. */
const COUNT_EVERY_MS = 200;

export interface CheckReport {
  readonly steps: readonly Step[];
  /** Undefined while it runs. */
  readonly cause: Cause | undefined;
  /** The times of the steps are from here. */
  readonly elapsedMs: number;
}

/**
 * One try to watch a stream, written down: the session is the ordinary one. Beside it, each kind of relay is asked for
 * candidates by itself: the session's connection does not tell which of them answer. Owns both, and ends them with the verdict.
 */
export class Check {
  readonly #ports: CheckPorts;
  readonly #onReport: (report: CheckReport) => void;
  readonly #recorder: Recorder;
  readonly #session: WatchSession;
  readonly #deadline: Alarm;
  readonly #settling: Alarm;
  readonly #nextCount: Alarm;
  readonly #gatherWait: Alarm;
  readonly #asking = new AbortController();
  #gathering: (() => void)[] = [];
  #gatheredFor = '';
  #isOver = false;

  constructor(
    ports: CheckPorts,
    options: {
      streamId: string;
      token: string | undefined;
      onReport: (report: CheckReport) => void;
    },
  ) {
    this.#ports = ports;
    this.#onReport = options.onReport;
    this.#deadline = new Alarm(ports.clock);
    this.#settling = new Alarm(ports.clock);
    this.#nextCount = new Alarm(ports.clock);
    this.#gatherWait = new Alarm(ports.clock);
    this.#recorder = new Recorder(ports, {
      onChange: () => this.#handleChange(),
      onIceServers: (servers) => this.#gather(servers),
    });
    this.#session = new WatchSession(this.#recorder.ports, {
      ...options,
      visible: true,
      onStatus: (status) => {
        this.#recorder.facts.status = status;
        this.#handleChange();
      },
    });
  }

  start(): void {
    this.#deadline.set(CHECK_MS, () => this.#end());
    this.#nextCount.set(COUNT_EVERY_MS, () => this.#count());
    this.#ports.fetchHealth(this.#asking.signal).then(
      (health) => this.#handleHealth(health),
      () => this.#handleHealth('silent'),
    );
    this.#session.start();
    this.#handleChange();
  }

  /** Gives up without a verdict. */
  close(): void {
    this.#isOver = true;
    this.#asking.abort();
    for (const alarm of [this.#deadline, this.#settling, this.#nextCount, this.#gatherWait]) alarm.clear();
    this.#stopGathering();
    this.#session.close();
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#report();
    this.close();
  }

  #report(): void {
    const { facts, elapsedMs } = this.#recorder;
    this.#onReport({
      steps: stepsOf(facts, this.#isOver),
      cause: this.#isOver ? causeOf(facts) : undefined,
      elapsedMs,
    });
  }

  #handleHealth(health: Recorder['facts']['health']): void {
    this.#recorder.facts.health = health;
    this.#handleChange();
  }

  #handleChange(): void {
    if (this.#isOver) return;
    this.#report();
    const { facts } = this.#recorder;
    const { beganAtMs, completeAtMs } = facts.gathered;
    const isDone = isSettled(facts) && (beganAtMs === undefined || completeAtMs !== undefined);
    if (!isDone) this.#settling.clear();
    else if (!this.#settling.isSet) this.#settling.set(SETTLE_MS, () => this.#end());
  }

  #count(): void {
    void this.#recorder.readCounters().then(() => {
      if (!this.#isOver) this.#nextCount.set(COUNT_EVERY_MS, () => this.#count());
    });
  }

  // Candidates

  #gather(servers: readonly IceServer[]): void {
    const asked = JSON.stringify(servers.map(({ urls }) => urls));
    if (asked === this.#gatheredFor || this.#isOver) return;
    this.#gatheredFor = asked;
    this.#stopGathering();
    const gathered: Gathered = { ...noFacts().gathered, beganAtMs: this.#recorder.elapsedMs };
    this.#recorder.facts.gathered = gathered;
    const streams = serversOf(servers, ['stream']);
    const parts: [RelayKind, readonly IceServer[]][] = [['udp', serversOf(servers, ['udp', 'none'])]];
    if (relayUrls(streams).length > 0) parts.push(['stream', streams]);
    let left = parts.length;
    this.#gatherWait.set(GATHER_MS, () => this.#handleGathered());
    for (const [kind, part] of parts) {
      const stop = this.#ports.gather(part, {
        onCandidate: (type) => this.#handleCandidate(kind, type),
        onRefused: (refusal) => {
          gathered.refusals.push(refusal);
          this.#handleChange();
        },
        onComplete: () => {
          if (kind === 'udp')
            gathered.hasUdpAnswered = this.#ports.tellsRefusals() && gathered.refusals.length === 0;
          left -= 1;
          if (left === 0) this.#handleGathered();
        },
      });
      this.#gathering.push(stop);
    }
  }

  #handleCandidate(kind: RelayKind, type: 'host' | 'srflx' | 'relay'): void {
    const { gathered } = this.#recorder.facts;
    gathered.firstAtMs ??= this.#recorder.elapsedMs;
    if (type === 'relay') gathered.relays.add(kind);
    // The second connection finds the same ones again.
    else if (kind === 'udp') gathered[type === 'host' ? 'host' : 'reflexive'] += 1;
    this.#handleChange();
  }

  #handleGathered(): void {
    this.#gatherWait.clear();
    this.#recorder.facts.gathered.completeAtMs ??= this.#recorder.elapsedMs;
    this.#handleChange();
  }

  #stopGathering(): void {
    this.#gatherWait.clear();
    for (const stop of this.#gathering) stop();
    this.#gathering = [];
  }
}
