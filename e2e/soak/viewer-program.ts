/**
 * A program: a viewer that tells its parent when it has video, and leaves when its parent says so. It ends at once where
 * the server can't be reached, and when its parent is gone.
 *
 *     fork('viewer-program.js', [PORT, hang-up | lose-socket])
 */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { ProgramViewer } from '../support/program-viewer.ts';

/** The native library says goodbye (DTLS close_notify) in a thread of its own. */
const GOODBYE_MS = 500;

// A terminal sends it to all; the parent tells when it is time.
process.on('SIGINT', () => undefined);
process.once('disconnect', () => process.exit());
const leaveAsked = once(process, 'message');
const [port, way] = process.argv.slice(2);
const viewer = await ProgramViewer.join(Number(port));
void viewer.peer.receives(1).then(() => process.send?.('has video'));
await leaveAsked;
await viewer.leave(way === 'lose-socket' ? way : 'hang-up');
await sleep(GOODBYE_MS);
process.exit();
