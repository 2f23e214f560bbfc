/** The process with the far ends of all sockets: broadcasters, viewers who watch and wait, and viewers who come and go. */
import { setTimeout } from 'node:timers/promises';
import { cpuNanoseconds } from '../cpu-time.ts';
import { answerQuestions } from './asked-process.ts';
import { CrowdSocket } from './crowd-socket.ts';
import type { Listening } from './server-program.ts';
import { fromBroadcaster, fromViewer, MESSAGES, STREAM_NAMES } from './session.ts';

const AT_ONCE = 50;
const VISITORS = 100;
const TICK_MS = 10;
/** On a machine that others keep busy too. */
const ARRIVES_WITHIN_MS = 30_000;

/** Of one batch of visitors, each. */
export interface VisitCost {
  readonly connectNanoseconds: number;
  /** Of one visitor, on average. */
  readonly connectMs: number;
  readonly joinNanoseconds: number;
  readonly joinMs: readonly number[];
}

export type CrowdAnswers = {
  readonly come: null;
  readonly grow: null;
  readonly idle: readonly number[];
  readonly visit: VisitCost;
  readonly talk: { readonly sent: number; readonly received: number };
};

const [, , serverPid = ''] = process.argv;
let server: Listening = { port: 0, tokens: {} };
const broadcasters: CrowdSocket[] = [];
const viewers: CrowdSocket[] = [];
let last = 0;

const streamName = (position: number): string => STREAM_NAMES[position % STREAM_NAMES.length] ?? '';
const spentByServer = (): number => cpuNanoseconds(Number(serverPid));

async function connect(count: number): Promise<CrowdSocket[]> {
  return await Promise.all(Array.from({ length: count }, () => CrowdSocket.open(server, last++)));
}

answerQuestions({
  /** The broadcasters. */
  async come(to: Listening): Promise<null> {
    server = to;
    broadcasters.push(...(await connect(STREAM_NAMES.length)));
    for (const [position, socket] of broadcasters.entries()) await socket.register(streamName(position));
    return null;
  },

  /** Until so many watch. */
  async grow(count: number): Promise<null> {
    while (viewers.length < count) {
      const some = await connect(Math.min(AT_ONCE, count - viewers.length));
      await Promise.all(some.map((socket, position) => socket.join(streamName(viewers.length + position))));
      viewers.push(...some);
    }
    return null;
  },

  /** What the server spends on sockets that say nothing: nanoseconds in each of `windows`. */
  async idle(windows: number, windowMs: number): Promise<number[]> {
    const spent: number[] = [];
    for (let window = 0; window < windows; window++) {
      const before = spentByServer();
      await setTimeout(windowMs);
      spent.push(spentByServer() - before);
    }
    return spent;
  },

  /** Visitors who connect, then join, then go, each kind one after the other. */
  async visit(): Promise<VisitCost> {
    const start = spentByServer();
    const startMs = performance.now();
    const visitors: CrowdSocket[] = [];
    for (let visitor = 0; visitor < VISITORS; visitor++) visitors.push(...(await connect(1)));
    const connected = spentByServer();
    const connectMs = (performance.now() - startMs) / VISITORS;
    const joinMs: number[] = [];
    for (const [position, socket] of visitors.entries()) {
      const since = performance.now();
      await socket.join(streamName(position));
      joinMs.push(performance.now() - since);
    }
    const joined = spentByServer();
    await Promise.all(visitors.map((socket) => socket.close()));
    return {
      connectNanoseconds: (connected - start) / VISITORS,
      connectMs,
      joinNanoseconds: (joined - connected) / VISITORS,
      joinMs,
    };
  },

  /** Sessions' messages between broadcasters and the viewers in turn, at a steady rate. */
  async talk(seconds: number, sessionsPerSecond: number): Promise<CrowdAnswers['talk']> {
    const count = (): number =>
      [...broadcasters, ...viewers].reduce((sum, { received }) => sum + received, 0);
    const before = count();
    const sessions = seconds * sessionsPerSecond;
    const start = performance.now();
    for (let session = 0; session < sessions; ) {
      const due = ((performance.now() - start) / 1000) * sessionsPerSecond;
      for (; session < Math.min(due, sessions); session++) {
        const viewer = viewers[session % viewers.length];
        const broadcaster = broadcasters[(session % viewers.length) % STREAM_NAMES.length];
        for (const text of fromBroadcaster(viewer?.id ?? '')) broadcaster?.send(text);
        for (const text of fromViewer(streamName(session % viewers.length))) viewer?.send(text);
      }
      await setTimeout(TICK_MS);
    }
    const arrivesBy = performance.now() + ARRIVES_WITHIN_MS;
    while (count() - before < sessions * MESSAGES && performance.now() < arrivesBy) await setTimeout(TICK_MS);
    return { sent: sessions * MESSAGES, received: count() - before };
  },
});
