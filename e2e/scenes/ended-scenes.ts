/** The watch page where nobody tries any more: one scene for each reason that a person can do something about. */
import { openTokenStore } from '@perch/server';
import type { Page } from 'playwright-core';
import { reaches, type Scene } from './scene.ts';
import { addressOf, type Closed, type Scenery } from './scenery.ts';

/** A link of the closed server, or one that was spoilt. */
function refused(why: string, linkOf: (closed: Closed) => string | Promise<string>): Scene {
  return {
    name: `watch-refused-${why}`,
    async show(page, scenery) {
      await page.goto(await linkOf(await scenery.closedServer()));
      await reaches(page, 'refused');
    },
  };
}

const withoutToken = ({ link }: Closed): string => link.replace(/#.*/, '');

export const endedScenes: readonly Scene[] = [
  refused('token-missing', withoutToken),
  refused('token-invalid', ({ link }) => `${link}x`),
  refused('token-expired', (closed) => `${withoutToken(closed)}#token=${expiredToken(closed)}`),
  refused('forbidden', ({ link }) => link.replace('/garden#', '/pond#')),
  refused('bad-stream-id', ({ link }) => link.replace('/garden#', '/%E2%80%8B#')),
  {
    name: 'watch-ended-token-revoked',
    async show(page, scenery) {
      const { server } = await scenery.closedServer();
      const name = `Guest ${++guests}`;
      await page.goto(await server.link(name, 'garden'));
      await reaches(page, 'live');
      await server.token('--revoke', name);
      await reaches(page, 'ended');
    },
  },
  {
    name: 'watch-refused-too-many-viewers',
    async show(page, scenery) {
      const server = await scenery.ownServer({ PERCH_LIMIT_VIEWERS_PER_STREAM: '1' });
      const address = addressOf(server, '/watch/front-door');
      const first = await page.context().newPage();
      await first.goto(address);
      await reaches(first, 'waiting-for-camera');
      await page.goto(address);
      await reaches(page, 'refused');
    },
  },
  {
    name: 'watch-refused-no-webrtc',
    async show(page, scenery) {
      // A browser whose owner has turned it off.
      await page.addInitScript(() => Reflect.deleteProperty(window, 'RTCPeerConnection'));
      await watchInVain(page, scenery);
    },
  },
  {
    name: 'watch-refused-not-acceptable',
    async show(page, scenery) {
      // A camera whose codec no browser has heard of.
      await page.addInitScript(() => {
        window.RTCPeerConnection = class extends RTCPeerConnection {
          override setRemoteDescription({ type, sdp = '' }: RTCSessionDescriptionInit): Promise<void> {
            return super.setRemoteDescription({ type, sdp: sdp.replaceAll('H264/90000', 'H299/90000') });
          }
        };
      });
      await watchInVain(page, scenery);
    },
  },
];

/** A name is given to one token only. */
let guests = 0;

async function watchInVain(page: Page, scenery: Scenery): Promise<void> {
  await page.goto(await scenery.openServer('/watch/front-door'));
  await reaches(page, 'refused');
}

function expiredToken({ server }: Closed): string {
  const right = { right: 'view', streamId: 'garden', lifetimeMs: -1_000 } as const;
  const issued = openTokenStore(server.stateDirectory).issue(right);
  if (!issued.ok) throw new Error(issued.reason);
  return issued.token;
}
