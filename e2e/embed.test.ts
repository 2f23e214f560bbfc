/** `<perch-player>` in a page that is not ours, from another origin: one script tag, and a server that asks for tokens. */
import { describe, expect, test } from 'vitest';
import { ClosedServer } from './support/closed-server.ts';
import { type OtherSite, otherSite } from './support/other-site.ts';
import { stream } from './support/perch-process.ts';
import { useBrowser } from './support/use-browser.ts';
import type { ViewerPage } from './support/viewer-page.ts';

const open = useBrowser();

interface Seen {
  readonly player: string;
  readonly event: string;
}

declare global {
  interface Window {
    seenEvents: Seen[];
  }
}

/** The third tag brings a copy of its own: to the browser it is another file. */
function pageWith({ port }: ClosedServer, links: Readonly<Record<string, string>>): string {
  const file = `http://127.0.0.1:${port}/perch-player.js`;
  const players = Object.entries(links).map(
    ([id, link]) => `<perch-player id="${id}" src="${link}" autoplay controls></perch-player>`,
  );
  return `<!doctype html><title>Somebody's page</title>
<script>
  window.seenEvents = [];
  for (const event of ['play', 'playing', 'waiting', 'pause', 'ended', 'error', 'resize', 'statuschange'])
    addEventListener(event, ({ target }) => {
      if (target.localName === 'perch-player') seenEvents.push({ player: target.id, event });
    }, true);
</script>
${[file, file, `${file}?again`].map((address) => `<script type="module" src="${address}"></script>`).join('\n')}
<h1>My garden</h1>
${players.join('\n')}
<div id="elsewhere"></div>`;
}

async function twoCameras(allowed: (site: OtherSite) => readonly string[]) {
  const site = await otherSite();
  const server = await ClosedServer.start([...allowed(site)]);
  const links: Record<string, string> = {};
  for (const id of ['garden', 'door']) {
    const environment = { PERCH_TOKEN: await server.publishToken(id) };
    await stream(server.port, ['--stream-id', id], { environment });
    links[id] = await server.link(`guest of ${id}`, id);
  }
  site.page = pageWith(server, links);
  return { site, server };
}

/** What a player did since this was asked last. */
async function eventsOf({ page }: ViewerPage, id: string): Promise<string[]> {
  const seen = await page.evaluate((player) => {
    const events = window.seenEvents.filter((one) => one.player === player).map(({ event }) => event);
    window.seenEvents = window.seenEvents.filter((one) => one.player !== player);
    return events;
  }, id);
  return seen.filter(isOfPlaying);
}

async function viewersOf({ port }: ClosedServer): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}/health`);
  return ((await response.json()) as { viewers: number }).viewers;
}

/** What a person hears of: how large a picture is, and each step on the way to it, are told besides. */
const isOfPlaying = (event: string): boolean => event !== 'resize' && event !== 'statuschange';

const inState = ({ page }: ViewerPage, id: string, state: string): Promise<void> =>
  page.locator(`#${id}[state="${state}"]`).waitFor({ timeout: 30_000 });

/** Until that player has shown some more pictures. */
const moves = ({ page }: ViewerPage, id: string): Promise<void> =>
  page.evaluate(async (name) => {
    const video = document.querySelector<HTMLElementTagNameMap['perch-player']>(`#${name}`)?.videoElement;
    for (let n = 0; n < 5; n++) await new Promise((resolve) => video?.requestVideoFrameCallback(resolve));
  }, id);

describe('two players in a page of another site', () => {
  test('that the server allows show two cameras with two tokens, like two <video> elements', async () => {
    const { site, server } = await twoCameras(({ origin }) => ['--allow-origin', origin]);
    const viewer = await open(site.origin);
    for (const id of ['garden', 'door']) {
      await inState(viewer, id, 'live');
      await moves(viewer, id);
    }
    const seen = await viewer.page.evaluate(() => window.seenEvents);
    for (const id of ['garden', 'door']) {
      const events = seen.filter(({ player }) => player === id).map(({ event }) => event);
      expect(events).toEqual(expect.arrayContaining(['resize', 'statuschange']));
      expect(events.filter(isOfPlaying)).toEqual(['play', 'waiting', 'playing']);
    }
    // On a busy machine it may have begun with the smaller picture.
    const size = () => document.querySelector('perch-player')?.videoWidth;
    await expect.poll(() => viewer.page.evaluate(size), { timeout: 30_000 }).toBe(640);
    expect(await viewersOf(server)).toBe(2);

    // What is taken off the page ends, and says so to the server; the other one does not notice.
    await viewer.page.evaluate(() => document.querySelector('#garden')?.remove());
    await expect.poll(() => viewersOf(server)).toBe(1);
    await expect.poll(() => viewer.connections()).toEqual({ made: 2, open: 1 });
    await moves(viewer, 'door');

    // What is moved within the page goes on.
    await viewer.page.evaluate(() => {
      const [door, elsewhere] = ['#door', '#elsewhere'].map((id) => document.querySelector(id));
      if (door && elsewhere) elsewhere.append(door);
    });
    await moves(viewer, 'door');
    expect(await viewer.connections()).toEqual({ made: 2, open: 1 });
    expect(await viewersOf(server)).toBe(1);

    await viewer.page.evaluate(() => document.querySelector('perch-player')?.pause());
    await inState(viewer, 'door', 'idle');
    await expect.poll(() => viewersOf(server)).toBe(0);
    await viewer.page.evaluate(() => document.querySelector('perch-player')?.play());
    await inState(viewer, 'door', 'live');
    await moves(viewer, 'door');
  }, 120_000);

  test('tell of their life in the order of a <video>, and have an attribute taken away like one', async () => {
    const { site, server } = await twoCameras(({ origin }) => ['--allow-origin', origin]);
    const viewer = await open(site.origin);
    const { page } = viewer;
    const begins = ['play', 'waiting', 'playing'];
    const player = await page.evaluateHandle(
      () => document.querySelector('#door') as HTMLElementTagNameMap['perch-player'],
    );
    const link = await player.evaluate(({ src }) => src);
    await inState(viewer, 'door', 'live');
    expect(await eventsOf(viewer, 'door')).toEqual(begins);

    await player.evaluate((door) => {
      door.pause();
      door.pause();
    });
    expect(await eventsOf(viewer, 'door')).toEqual(['pause']);

    // Played again while it plays, it begins again without a pause.
    for (let time = 0; time < 2; time++) {
      await player.evaluate((door) => door.play());
      expect(await eventsOf(viewer, 'door')).toEqual(begins);
    }

    // Nor does it pause when it goes over to another server, where there is none.
    await player.evaluate((door) => {
      door.src = 'http://127.0.0.1:1/watch/door';
    });
    await inState(viewer, 'door', 'reconnecting');
    expect(await eventsOf(viewer, 'door')).toEqual(['play', 'waiting']);
    await player.evaluate((door, src) => {
      door.src = src;
    }, link);
    await inState(viewer, 'door', 'live');
    expect(await eventsOf(viewer, 'door')).toEqual(begins);

    await player.evaluate((door) => {
      const pauseOnce = () => door.pause();
      door.addEventListener('play', pauseOnce, { once: true });
      return door.play().catch(() => undefined);
    });
    expect(await eventsOf(viewer, 'door')).toEqual(['play', 'pause']);
    expect(await player.evaluate(({ paused }) => paused)).toBe(true);
    await player.evaluate((door) => door.play());
    await eventsOf(viewer, 'door');

    await player.evaluate((door) => door.removeAttribute('src'));
    await inState(viewer, 'door', 'idle');
    expect(await eventsOf(viewer, 'door')).toEqual(['pause']);
    expect(await player.evaluate(({ src, videoWidth }) => ({ src, videoWidth }))).toEqual({
      src: '',
      videoWidth: 0,
    });
    await page.locator('#door #frame[data-picture="none"]').waitFor({ state: 'attached' });
    expect(await page.locator('#door #playBtn').isHidden()).toBe(true);
    await expect.poll(() => viewersOf(server)).toBe(1);

    await player.evaluate((door, src) => door.setAttribute('src', src), link);
    await inState(viewer, 'door', 'live');
    expect(await eventsOf(viewer, 'door')).toEqual(begins);
    const end = () => player.evaluate(({ ended, error }) => ({ ended, code: error?.code }));
    await server.token('--revoke', 'guest of door');
    await inState(viewer, 'door', 'ended');
    expect(await eventsOf(viewer, 'door')).toEqual(['pause', 'ended']);
    expect(await end()).toEqual({ ended: true, code: 'token-revoked' });

    for (let time = 0; time < 2; time++) {
      await player.evaluate((door) => {
        door.src = 'nonsense';
        return door.play().catch(() => undefined);
      });
      expect(await eventsOf(viewer, 'door')).toEqual(['play', 'waiting', 'pause', 'error']);
      expect(await end()).toEqual({ ended: false, code: 'bad-source' });
    }

    await player.evaluate((door) => {
      door.src = '';
    });
    await inState(viewer, 'door', 'idle');
    expect(await eventsOf(viewer, 'door')).toEqual([]);
    expect(await end()).toEqual({ ended: false, code: undefined });

    // Told to play and not to, before it was on the page.
    const late = await page.evaluate(async (src) => {
      const made = document.createElement('perch-player');
      made.src = src;
      const reason = made.play().catch(({ name }: DOMException) => name);
      made.pause();
      document.body.append(made);
      await made.updateComplete;
      await new Promise(requestAnimationFrame);
      return { reason: await reason, state: made.status.state };
    }, link);
    expect(late).toEqual({ reason: 'AbortError', state: 'idle' });
  }, 120_000);

  test('that the server does not allow say so', async () => {
    const { site, server } = await twoCameras(() => []);
    const viewer = await open(site.origin);
    for (const id of ['garden', 'door']) {
      const sentence = viewer.page.locator(`#${id} #status`);
      await sentence.filter({ hasText: '--allow-origin' }).waitFor({ timeout: 30_000 });
      await inState(viewer, id, 'reconnecting');
    }
    expect(await viewersOf(server)).toBe(0);
    // On the server's own pages the same links play.
    const link = await viewer.page.locator('#door').getAttribute('src');
    const own = await open(link ?? '');
    await own.reaches('live');
  }, 120_000);
});
