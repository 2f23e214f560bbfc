/** What `perch stream --stats` prints: a line for each viewer, with its rate since the lines before. */
import type { ViewerReport } from '@perch/streamer';

export class ViewerLines {
  /** Bytes sent to each viewer until the lines before, and when those were made. */
  #before = new Map<string, number>();
  #beforeMs: number | undefined;

  /** Whole lines, the empty string where nobody watches. `nowMs` is of a clock that never goes back. */
  format(viewers: readonly ViewerReport[], nowMs: number): string {
    const elapsedMs = nowMs - (this.#beforeMs ?? nowMs);
    const lines = viewers.map((viewer) => this.#line(viewer, elapsedMs));
    this.#before = new Map(viewers.map(({ viewer, sentBytes }) => [viewer, sentBytes]));
    this.#beforeMs = nowMs;
    return lines.join('');
  }

  #line(report: ViewerReport, elapsedMs: number): string {
    const { viewer, sentBytes, carriesBitsPerSecond, lossShare, roundTripMs, layer, route } = report;
    const before = this.#before.get(viewer);
    const known = before !== undefined && elapsedMs > 0;
    const cells = [
      viewer.padEnd(16),
      `${known ? kilobits(((sentBytes - before) * 8_000) / elapsedMs) : '    -'} of ${kilobits(carriesBitsPerSecond)} kbit/s`,
      `lost ${(lossShare * 100).toFixed(1).padStart(4)} %`,
      `round trip ${roundTripMs === undefined ? '  -' : Math.round(roundTripMs).toString().padStart(3)} ms`,
      (layer ?? 'waits').padEnd(5),
      route ?? 'no route',
    ];
    return `${cells.join('  ')}\n`;
  }
}

function kilobits(bitsPerSecond: number): string {
  return Math.round(bitsPerSecond / 1000)
    .toString()
    .padStart(5);
}
