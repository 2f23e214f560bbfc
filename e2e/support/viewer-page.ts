/** The watch page in a real browser, with a probe that counts what the page does. */
import { readTimeStrip, timeStripAge } from '@perch/protocol';
import type { Browser, Page } from 'playwright-core';

interface Probe {
  /** From navigation to the first picture handed to the display, in milliseconds. */
  readonly firstPictureMs: Promise<number>;
  /** When the first socket opened, which is when the page sends its `join`, in milliseconds since navigation. */
  joinMs: number;
  readonly connections: RTCPeerConnection[];
  readonly sockets: WebSocket[];
}

declare global {
  interface Window {
    perchProbe: Probe;
  }
}

export interface ViewerPageOptions {
  /** Nothing but relays: as in a network that lets nothing else through. */
  readonly relayOnly?: boolean;
  /** A phone held upright, with fingers. */
  readonly phone?: boolean;
  /** Before the page is loaded. */
  readonly prepare?: (page: Page) => Promise<unknown>;
  /** How far the page is when it is handed over. */
  readonly waitUntil?: 'commit' | 'load';
}

const DESKTOP = { viewport: { width: 1280, height: 800 } };
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

export class ViewerPage {
  readonly page: Page;

  static async open(
    browser: Browser,
    url: string,
    { relayOnly = false, phone = false, prepare, waitUntil = 'load' }: ViewerPageOptions = {},
  ): Promise<ViewerPage> {
    const page = await browser.newPage(phone ? PHONE : DESKTOP);
    await prepare?.(page);
    await page.addInitScript((onlyRelays) => {
      const firstPictureMs = new Promise<number>((resolve) => {
        addEventListener('DOMContentLoaded', () => {
          (document.querySelector('perch-player')?.shadowRoot ?? document)
            .querySelector('video')
            ?.requestVideoFrameCallback?.((now) => resolve(now));
        });
      });
      const probe: Probe = { firstPictureMs, joinMs: Number.NaN, connections: [], sockets: [] };
      window.perchProbe = probe;
      const restricted = (configuration?: RTCConfiguration): RTCConfiguration | undefined =>
        onlyRelays ? { ...configuration, iceTransportPolicy: 'relay' } : configuration;
      window.RTCPeerConnection = class extends RTCPeerConnection {
        constructor(configuration?: RTCConfiguration) {
          super(restricted(configuration));
          probe.connections.push(this);
        }

        override setConfiguration(configuration?: RTCConfiguration): void {
          super.setConfiguration(restricted(configuration));
        }
      };
      window.WebSocket = class extends WebSocket {
        constructor(address: string | URL, protocols?: string | string[]) {
          super(address, protocols);
          if (probe.sockets.push(this) > 1) return;
          this.addEventListener('open', () => {
            probe.joinMs = performance.now();
          });
        }
      };
    }, relayOnly);
    await page.goto(url, { waitUntil });
    return new ViewerPage(page);
  }

  constructor(page: Page) {
    this.page = page;
  }

  /** Waits until the page says that it is in this state: `live`, `waiting-for-camera` and so on. */
  async reaches(state: string): Promise<void> {
    await this.page.locator(`#status[data-state="${state}"]`).waitFor({ state: 'attached', timeout: 30_000 });
  }

  /** Waits until `count` more pictures were shown. */
  async shows(count: number): Promise<void> {
    await this.page.evaluate(
      (wanted) =>
        new Promise<void>((resolve) => {
          const video = (document.querySelector('perch-player')?.shadowRoot ?? document).querySelector(
            'video',
          ) as HTMLVideoElement;
          let left = wanted;
          const shown = (): void => {
            left--;
            if (left <= 0) resolve();
            else video.requestVideoFrameCallback(shown);
          };
          video.requestVideoFrameCallback(shown);
        }),
      count,
    );
  }

  /** Presses a control as a person does: the mouse brings it, and keeps it from fading, before it is pressed. */
  async clickControl(name: string): Promise<void> {
    const control = this.page.getByRole('button', { name });
    const { x = 0, y = 0 } = (await control.boundingBox()) ?? {};
    await this.page.mouse.move(x + 20, y + 20);
    await this.page.locator('#frame[data-controls="shown"]').waitFor();
    await this.page.mouse.move(x + 22, y + 22);
    await control.click();
  }

  /**
   * Taps the picture with a finger. The times that make it a tap, or two a double tap, are part of the events: a busy
   * machine is slow to send them.
   */
  async tap(x: number, y: number, times = 1): Promise<void> {
    const client = await this.page.context().newCDPSession(this.page);
    const now = Date.now() / 1000;
    for (let tap = 0; tap < times; tap++) {
      const at = now + tap * 0.1;
      await client.send('Input.dispatchTouchEvent', {
        type: 'touchStart',
        touchPoints: [{ x, y }],
        timestamp: at,
      });
      await client.send('Input.dispatchTouchEvent', {
        type: 'touchEnd',
        touchPoints: [],
        timestamp: at + 0.05,
      });
    }
    await client.detach();
  }

  /** Milliseconds from navigation to the first picture. */
  firstPictureMs(): Promise<number> {
    return this.page.evaluate(() => window.perchProbe.firstPictureMs);
  }

  /** Milliseconds from navigation to the page's first `join`. */
  joinMs(): Promise<number> {
    return this.page.evaluate(() => window.perchProbe.joinMs);
  }

  /** How long a picture waited in the jitter buffer on average, in milliseconds, as the browser counts it. */
  jitterBufferMs(): Promise<number> {
    return this.page.evaluate(async () => {
      const connection = window.perchProbe.connections.at(-1) as RTCPeerConnection;
      const stats: { type: string; jitterBufferDelay?: number; jitterBufferEmittedCount?: number }[] = [];
      (await connection.getStats()).forEach((entry) => {
        stats.push(entry);
      });
      const video = stats.find(({ type }) => type === 'inbound-rtp');
      return ((video?.jitterBufferDelay ?? 0) / (video?.jitterBufferEmittedCount || 1)) * 1000;
    });
  }

  /** Waits until the picture has this size, in pixels: to a busy machine the smaller one may be sent first. */
  async reachesSize(width: number, height: number): Promise<void> {
    await this.page.waitForFunction(
      ([wantedWidth, wantedHeight]) => {
        const video = (document.querySelector('perch-player')?.shadowRoot ?? document).querySelector('video');
        return video?.videoWidth === wantedWidth && video?.videoHeight === wantedHeight;
      },
      [width, height] as const,
      { timeout: 30_000 },
    );
  }

  /** PeerConnections made since the page was loaded, and those of them that are not closed. */
  connections(): Promise<{ readonly made: number; readonly open: number }> {
    return this.page.evaluate(() => {
      const { connections } = window.perchProbe;
      return {
        made: connections.length,
        open: connections.filter((connection) => connection.connectionState !== 'closed').length,
      };
    });
  }

  /**
   * Reads the time strip of the next `count` pictures: its time modulo 2^28 ms, and its age in milliseconds when the
   * picture was handed to the display. Pictures whose strip can't be read are left out.
   */
  async strips(count: number): Promise<{ readonly ms: number; readonly ageMs: number }[]> {
    const rows = await this.page.evaluate(
      (wanted) =>
        new Promise<{ at: number; luma: number[] }[]>((resolve) => {
          const video = (document.querySelector('perch-player')?.shadowRoot ?? document).querySelector(
            'video',
          ) as HTMLVideoElement;
          const canvas = new OffscreenCanvas(1, 1);
          const context = canvas.getContext('2d', {
            willReadFrequently: true,
          }) as OffscreenCanvasRenderingContext2D;
          const read: { at: number; luma: number[] }[] = [];
          const shown = (): void => {
            const at = Date.now();
            // It changes where the smaller picture is sent for a while.
            const width = video.videoWidth;
            if (canvas.width !== width) canvas.width = width;
            const y = Math.floor(width / 80);
            context.drawImage(video, 0, y, width, 1, 0, 0, width, 1);
            const { data } = context.getImageData(0, 0, width, 1);
            read.push({ at, luma: Array.from({ length: width }, (_, x) => data[x * 4] ?? 0) });
            if (read.length === wanted) resolve(read);
            else video.requestVideoFrameCallback(shown);
          };
          video.requestVideoFrameCallback(shown);
        }),
      count,
    );
    return rows.flatMap(({ at, luma }) => {
      const ms = readTimeStrip(luma.length, (x) => luma[x] ?? 0);
      return ms === undefined ? [] : [{ ms, ageMs: timeStripAge(ms, at) }];
    });
  }
}
