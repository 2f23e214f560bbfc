/** What goes wrong during a soak, and how soon the one who stays must have pictures again. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Installation } from './installation.ts';

export interface Fault {
  /** Resolves when all is as before but for what has to mend itself. Rejects when the signal ends it. */
  strike(installation: Installation, signal: AbortSignal): Promise<void>;
  /** The longest that the one who stays may be without pictures. */
  readonly backWithinMs: number;
  readonly needsCamera: boolean;
}

/** As long as systemd waits before it starts `perch-server.service` again. */
const SERVER_AWAY_MS = 1_000;

/** Long enough for the peers to miss pings, short enough for people not to give up. */
const NETWORK_CUT_MS = 10_000;

/** No picture passes the server: this is what two busy cores may be late with any. The churn test allows as much. */
const NOT_NOTICED_MS = 2_000;

/** The pause before a restart (up to 1 s), the program's own start, and a busy machine. */
const CAMERA_BACK_MS = 8_000;

/** Its silence is noticed after 2 s, SIGTERM waits 2 s in vain; then as after a kill. */
const HUNG_CAMERA_BACK_MS = 4_000 + CAMERA_BACK_MS;

const cut = (state: 'silent' | 'refusing'): Fault => ({
  strike: async ({ network }, signal) => {
    network.state = state;
    await sleep(NETWORK_CUT_MS, undefined, { signal });
    network.state = 'open';
  },
  backWithinMs: NOT_NOTICED_MS,
  needsCamera: false,
});

const signalCamera = (name: NodeJS.Signals, backWithinMs: number): Fault => ({
  strike: async ({ cameraPids }) => {
    if (cameraPids.length === 0) throw new Error('the streamer runs no camera program');
    for (const pid of cameraPids) process.kill(pid, name);
    await Promise.resolve();
  },
  backWithinMs,
  needsCamera: true,
});

export const FAULTS = {
  'camera-killed': signalCamera('SIGKILL', CAMERA_BACK_MS),
  'camera-hangs': signalCamera('SIGSTOP', HUNG_CAMERA_BACK_MS),
  'server-killed': {
    strike: async (installation, signal) => {
      await installation.killServer();
      await sleep(SERVER_AWAY_MS, undefined, { signal });
      await installation.startServer();
    },
    backWithinMs: NOT_NOTICED_MS,
    needsCamera: false,
  },
  'network-silent': cut('silent'),
  'network-refusing': cut('refusing'),
} as const satisfies Readonly<Record<string, Fault>>;

export type FaultName = keyof typeof FAULTS;
