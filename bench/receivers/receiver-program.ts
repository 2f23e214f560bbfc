/**
 * The process in which viewers live, so that what they cost is not counted as the sender's. Takes orders from
 * receivers.ts over Node's channel between parent and child, and answers each once.
 */
import { setTimeout } from 'node:timers/promises';
import { initLogger } from 'node-datachannel';
import { CountingViewer, type Counts } from './counting-viewer.ts';

export type Order =
  | { readonly order: 'join'; readonly port: number; readonly streamId: string }
  | { readonly order: 'join-and-leave'; readonly port: number; readonly streamId: string }
  | { readonly order: 'count' }
  | { readonly order: 'measure-delays' }
  | { readonly order: 'take-delays' };

export interface Answers {
  readonly join: { readonly srtp: string };
  /** Milliseconds from `join` to the first packet; undefined where none came in time. */
  readonly 'join-and-leave': { readonly tookMs?: number };
  readonly count: Counts;
  readonly 'measure-delays': null;
  readonly 'take-delays': readonly number[];
}

/** Three handshake packets in a row that were lost: one, two and four seconds. */
const GIVE_UP_MS = 10_000;

const viewers: CountingViewer[] = [];

/** The library tells what was agreed on only in its log. */
let srtp = 'not seen';
initLogger('Debug', (_, message) => {
  const [, profile] = /srtp profile[^:]*: (\w+)/iu.exec(message) ?? [];
  if (profile !== undefined) srtp = profile;
});

async function join({ port, streamId }: Order & { readonly order: 'join' }): Promise<void> {
  const viewer = await CountingViewer.connect(port);
  viewers.push(viewer);
  await viewer.join(streamId);
}

async function obey(order: Order): Promise<Answers[Order['order']]> {
  switch (order.order) {
    case 'join':
      await join(order);
      return { srtp };
    case 'join-and-leave': {
      const viewer = await CountingViewer.connect(order.port);
      const since = performance.now();
      const came = await Promise.race([
        viewer.join(order.streamId).then(() => true),
        setTimeout(GIVE_UP_MS, false),
      ]);
      const tookMs = performance.now() - since;
      viewer.leave();
      return came ? { tookMs } : {};
    }
    case 'count': {
      const sum = (what: keyof Counts): number =>
        viewers.reduce((total, viewer) => total + viewer.counts[what], 0);
      return {
        packets: sum('packets'),
        expected: sum('expected'),
        pictures: sum('pictures'),
        feedback: sum('feedback'),
      };
    }
    case 'measure-delays':
      viewers[0]?.measureDelays();
      return null;
    case 'take-delays':
      return viewers[0]?.takeDelaysMs() ?? [];
  }
}

process.on('message', async ({ id, order }: { readonly id: number; readonly order: Order }) => {
  process.send?.({ id, answer: await obey(order) });
});
process.on('disconnect', () => process.exit());
