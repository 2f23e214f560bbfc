/**
 * A session that is relayed outlives its TURN credentials. Needs coturn; elsewhere it is skipped and says so.
 *
 * What coturn does by itself (4.6.1, with use-auth-secret): it looks at the time in a user name when an allocation is
 * made, and refuses one that is over with 401. An allocation that was made in time is served for as long as it is
 * refreshed: refreshes, permissions and channels went on being granted long after. Cloudflare says that it ends the
 * connection a little after the credentials' time, so the page does not count on it.
 */
import { setTimeout as lasts } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { provideCoturn, startCoturn } from './support/coturn.ts';
import { serve, stream } from './support/perch-process.ts';
import { watchGaps } from './support/picture-gaps.ts';
import { useBrowser } from './support/use-browser.ts';
import type { ViewerPage } from './support/viewer-page.ts';

const open = useBrowser();

const TTL_SECONDS = 8;
const LIFETIMES = 3;
/** A camera at 15 a second shows one each 67 ms; a new connection's first picture is a keyframe away. */
const LONGEST_GAP_MS = 500;

const missing = provideCoturn();
if (missing !== undefined) console.log(`the TURN lifetime test is skipped: it ${missing}`);

describe.skipIf(missing !== undefined)('a relayed viewer', () => {
  test('[ICE6] [ICE8] sees no gap through three lifetimes of its credentials', async () => {
    const coturn = await startCoturn();
    const environment = {
      TURN_SECRET: coturn.secret,
      TURN_URLS: coturn.url,
      TURN_TTL: String(TTL_SECONDS),
    };
    const { port } = await serve(0, { environment });
    await stream(port);
    const url = `http://127.0.0.1:${port}/watch/pi-camera-stream`;
    const relayed = await open(url, { relayOnly: true });
    const direct = await open(url);
    for (const viewer of [relayed, direct]) {
      await viewer.reaches('live');
      await viewer.shows(15);
    }
    expect(await routes(relayed)).toEqual(new Set(['relay']));
    expect([...(await routes(direct))]).not.toContain('relay');

    const forMs = TTL_SECONDS * LIFETIMES * 1000 + 2_000;
    const [gapsOfRelayed, gapsOfDirect] = [await watchGaps(relayed), await watchGaps(direct)];
    await lasts(forMs);
    const [seen, unrelayed] = [await gapsOfRelayed(), await gapsOfDirect()];
    const connections = await relayed.connections();
    const logins = new Set(coturn.output().match(/username=<\d+:[^>]+>/g));
    console.log('relayed', JSON.stringify({ seen, unrelayed, connections, logins: logins.size }));

    expect(seen.states).toEqual([]);
    expect(seen.longestMs).toBeLessThan(unrelayed.longestMs + LONGEST_GAP_MS);
    // It was not one allocation that lasted: each lifetime had new credentials, and a connection made with them.
    expect(connections.made).toBeGreaterThan(LIFETIMES);
    // One may just be taking over from another.
    expect(connections.open).toBeLessThanOrEqual(2);
    expect(logins.size).toBeGreaterThan(LIFETIMES);
    expect(await direct.connections()).toEqual({ made: 1, open: 1 });
  });
});

/**
 * The kinds of the page's own ends of its connections. There may be two of them: with credentials this short, one may
 * be taking over from another at any time.
 */
async function routes(viewer: ViewerPage): Promise<Set<string | undefined>> {
  const kinds = await viewer.page.evaluate(async () => {
    interface Stat {
      type: string;
      selectedCandidatePairId?: string;
      localCandidateId?: string;
      candidateType?: string;
    }
    const found: (string | undefined)[] = [];
    for (const connection of window.perchProbe.connections) {
      if (connection.connectionState !== 'connected') continue;
      const stats = new Map<string, Stat>();
      for (const [id, stat] of (await connection.getStats()) as ReadonlyMap<string, Stat>)
        stats.set(id, stat);
      const transport = [...stats.values()].find(({ type }) => type === 'transport');
      const pair = stats.get(transport?.selectedCandidatePairId ?? '');
      found.push(stats.get(pair?.localCandidateId ?? '')?.candidateType);
    }
    return found;
  });
  return new Set(kinds);
}
