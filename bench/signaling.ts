/**
 * What the server costs beside the smallest relay that could take its place (bench/signaling/smallest-relay.ts): its
 * processor time for a relayed message, for a connection and a join in a small and a large crowd, and its memory for
 * a viewer who watches and says nothing. Each server is a process of its own, the far ends of all sockets are another.
 */
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describeRounds, printConditions, printNotes } from './conditions.ts';
import { cpuNanoseconds } from './cpu-time.ts';
import type { BenchOptions } from './options.ts';
import { AskedProcess } from './signaling/asked-process.ts';
import type { CrowdAnswers, VisitCost } from './signaling/crowd-program.ts';
import type { ServerAnswers } from './signaling/server-program.ts';
import { MESSAGES } from './signaling/session.ts';
import { median, quantile, spread, table } from './statistics.ts';

const SERVERS = ['perch', 'smallest'] as const;
type ServerName = (typeof SERVERS)[number];

/** Beginnings of connections a second: a crowd that comes back after a restart has as many. */
const SESSIONS_PER_SECOND = 500;
const BATCHES = 15;
/** About as long as a batch of visitors takes. */
const WINDOW_MS = 60;
/** Two of the server's heartbeats. */
const IDLE_WINDOWS = 150;

/** With a crowd of one size. */
interface AtSize {
  readonly watching: number;
  readonly connectUs: number;
  readonly joinUs: number;
  readonly joinMs: { readonly median: number; readonly late: number };
  readonly idleShare: number;
  readonly messageUs: number;
  readonly memory: ServerAnswers['memory'];
}

type Measured = readonly AtSize[];

export async function benchSignaling({ crowd, rounds, seconds }: BenchOptions): Promise<void> {
  const measured: Record<ServerName, Measured[]> = { perch: [], smallest: [] };
  for (let round = 0; round < rounds; round++) {
    for (const name of SERVERS) {
      const one = await measure(name, crowd, seconds);
      measured[name].push(one);
      console.error(`round ${round + 1}: ${name} ${JSON.stringify(one)}`);
    }
  }
  printConditions('What the server costs', 'signaling', [
    'ws on loopback, a message a frame',
    `${describeRounds(rounds, seconds)}, median (min to max)`,
  ]);
  const head = ['what', 'perch', 'smallest relay', 'perch / smallest'];
  console.log(table(head, sizeRows(crowd, measured)));
  console.log(`\n${table(['memory for an idle viewer', ...head.slice(1)], memoryRows(measured))}`);
  const first = crowd[0] ?? 0;
  const joins = crowd.slice(1).map((watching, position) => [
    `join at ${watching} / at ${first}`,
    ...SERVERS.map((name) =>
      spread(
        measured[name].map((sizes) => (sizes[position + 1]?.joinUs ?? 0) / (sizes[0]?.joinUs ?? 0)),
        2,
      ),
    ),
  ]);
  console.log(`\n${table(['with the crowd', 'perch', 'smallest relay'], joins)}`);
  printNotes(NOTES);
}

const NOTES = [
  "Processor time is the server process's, all threads, user and kernel mode, from `/proc`.",
  `A message is one of the ${MESSAGES} that begin a connection: offer, answer, candidates both ways, ${SESSIONS_PER_SECOND * MESSAGES} a second in all.`,
  `_Connect_ is TCP and upgrade, _join_ is \`join\`, \`joined\` and the broadcaster's \`viewer-joined\`; medians of ${BATCHES} batches,
  without what the silent sockets cost meanwhile.`,
  'Memory is after a garbage collection, the difference of the largest and the smallest crowd. _Resident_ is all that the process has.',
  `Perch has everything on: tokens, limits, metrics, TURN credentials for each viewer, a ping to every socket each 4.5 s,
  a line in its log for each join. The smallest relay has none of it.`,
];

async function measure(name: ServerName, crowd: readonly number[], seconds: number): Promise<Measured> {
  const server = new AskedProcess<ServerAnswers>(program('server-program.js'), [name], ['--expose-gc']);
  let people: AskedProcess<CrowdAnswers> | undefined;
  try {
    const listening = await server.ask('listen');
    people = new AskedProcess<CrowdAnswers>(program('crowd-program.js'), [String(server.pid)]);
    await people.ask('come', listening);
    const sizes: AtSize[] = [];
    for (const watching of crowd) {
      await people.ask('grow', watching);
      // What happens once, compilers that warm up, is over after this.
      await people.ask('talk', 2, SESSIONS_PER_SECOND);
      await people.ask('visit');
      sizes.push(await measureAt(watching, server, people, sizes.length === 0 ? seconds : 0));
    }
    return sizes;
  } finally {
    await people?.close();
    await server.close();
  }
}

async function measureAt(
  watching: number,
  server: AskedProcess<ServerAnswers>,
  people: AskedProcess<CrowdAnswers>,
  seconds: number,
): Promise<AtSize> {
  const memory = await server.ask('memory');
  const idle = await people.ask('idle', IDLE_WINDOWS, WINDOW_MS);
  const idleShare = idle.reduce((sum, spent) => sum + spent, 0) / (idle.length * WINDOW_MS * 1e6);
  const visits: VisitCost[] = [];
  for (let batch = 0; batch < BATCHES; batch++) {
    visits.push(await people.ask('visit'));
    await setTimeout(WINDOW_MS);
  }
  const before = cpuNanoseconds(server.pid);
  const { sent, received } = await people.ask('talk', seconds, SESSIONS_PER_SECOND);
  const spent = cpuNanoseconds(server.pid) - before;
  if (received !== sent) throw new Error(`${sent} messages were sent, ${received} arrived`);
  const joinMs = visits.flatMap((visit) => visit.joinMs);
  const silent = median(idle) / (WINDOW_MS * 1e6);
  return {
    watching,
    // A batch of these is long enough to meet the heartbeat as often as any other stretch of time.
    connectUs:
      median(visits.map((visit) => visit.connectNanoseconds - idleShare * visit.connectMs * 1e6)) / 1e3,
    joinUs: median(visits.map((visit) => visit.joinNanoseconds - silent * mean(visit.joinMs) * 1e6)) / 1e3,
    joinMs: { median: median(joinMs), late: quantile(joinMs, 0.99) },
    idleShare,
    messageUs: (spent - idleShare * seconds * 1e9) / sent / 1e3,
    memory,
  };
}

function sizeRows(crowd: readonly number[], measured: Record<ServerName, Measured[]>): string[][] {
  const row = (what: string, position: number, digits: number, read: (size: AtSize) => number): string[] => {
    const values = SERVERS.map((name) => measured[name].map((sizes) => read(sizes[position] as AtSize))) as [
      number[],
      number[],
    ];
    return [
      what,
      spread(values[0], digits),
      spread(values[1], digits),
      spread(
        values[0].map((value, round) => value / (values[1][round] ?? 0)),
        2,
      ),
    ];
  };
  return crowd.flatMap((watching, position) => [
    ...(position === 0 ? [row('relayed message (µs)', position, 1, ({ messageUs }) => messageUs)] : []),
    row(`${watching} watch: connect (µs)`, position, 0, ({ connectUs }) => connectUs),
    row(`${watching} watch: join (µs)`, position, 0, ({ joinUs }) => joinUs),
    row(`${watching} watch: join to joined, median (ms)`, position, 2, ({ joinMs }) => joinMs.median),
    row(`${watching} watch: join to joined, 99 % (ms)`, position, 2, ({ joinMs }) => joinMs.late),
    row(
      `${watching} watch: nothing happens (% of a core)`,
      position,
      1,
      ({ idleShare }) => idleShare * 100,
    ).with(-1, ''),
  ]);
}

function memoryRows(measured: Record<ServerName, Measured[]>): string[][] {
  return (['heap', 'resident'] as const).map((kind) => {
    const [perch, smallest] = SERVERS.map((name) =>
      measured[name].map((sizes) => {
        const [few, many] = [sizes[0] as AtSize, sizes.at(-1) as AtSize];
        return (many.memory[kind] - few.memory[kind]) / (many.watching - few.watching) / 1024;
      }),
    ) as [number[], number[]];
    const ratio = perch.map((value, round) => value / (smallest[round] ?? 0));
    return [`${kind} (KiB)`, spread(perch, 1), spread(smallest, 1), spread(ratio, 2)];
  });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function program(name: string): string {
  return fileURLToPath(new URL(`signaling/${name}`, import.meta.url));
}
