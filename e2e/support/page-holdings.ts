/** What a page holds, as Chromium counts it after collecting its garbage. */
import type { Page } from 'playwright-core';

export interface Holdings {
  readonly heapBytes: number;
  readonly nodes: number;
  readonly listeners: number;
  /** Made and not closed. */
  readonly connections: number;
  readonly sockets: number;
}

declare global {
  interface Window {
    openThings: { connections: number; sockets: number };
    /** The newest, as long as somebody else has it. */
    latestSocket: WeakRef<WebSocket>;
  }
}

/** To be called before the page is loaded. Counts without holding what it counts. */
export async function countOpenThings(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const open = { connections: 0, sockets: 0 };
    window.openThings = open;
    window.RTCPeerConnection = class extends RTCPeerConnection {
      constructor(configuration?: RTCConfiguration) {
        super(configuration);
        open.connections++;
      }

      override close(): void {
        if (this.signalingState !== 'closed') open.connections--;
        super.close();
      }
    };
    window.WebSocket = class extends WebSocket {
      constructor(address: string | URL, protocols?: string | string[]) {
        super(address, protocols);
        open.sockets++;
        window.latestSocket = new WeakRef(this);
        this.addEventListener('close', () => open.sockets--);
      }
    };
  });
}

export async function holdingsOf(page: Page): Promise<Holdings> {
  const session = await page.context().newCDPSession(page);
  // What finalizers let go of is garbage only the next time.
  for (let n = 0; n < 3; n++) await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  const { nodes, jsEventListeners } = await session.send('Memory.getDOMCounters');
  const open = await page.evaluate(() => window.openThings);
  await session.detach();
  return { heapBytes: usedSize, nodes, listeners: jsEventListeners, ...open };
}
