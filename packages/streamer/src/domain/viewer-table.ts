/**
 * The broadcaster's connections by viewer (SPEC.md, JOIN8). A viewer who asks for a new connection is moved over to it:
 * the old one goes on sending until the new one is open, so that nobody looks at a still picture meanwhile.
 *
 * Owns the connections: whatever leaves the table is closed.
 */
import type { ViewerConnection } from './viewer-connection.ts';

interface Place {
  /** Undefined while the next one is not made yet. */
  connection: ViewerConnection | undefined;
  /** Sends for as long as `connection` is not open. */
  previous: ViewerConnection | undefined;
  /** The server no longer knows the viewer: it lost its WebSocket, or vanished. */
  isUnknownToServer: boolean;
  /** How long the broadcaster was registered without a word of the viewer; undefined while it is announced. */
  unannouncedMs: number | undefined;
  /** How much of what it sent was refused. */
  refusals: number;
}

/** A page that lost its WebSocket is back within seconds of its network; a viewer without a right never is. */
export const UNANNOUNCED_WITHIN_MS = 120_000;

const NEWLY_ANNOUNCED = { isUnknownToServer: false, unannouncedMs: undefined, refusals: 0 };

export class ViewerTable {
  readonly #places = new Map<string, Place>();

  /** Viewers that there is a connection to, or one on its way. */
  get size(): number {
    return this.#places.size;
  }

  /** The same, without those with these ids. */
  sizeWithout(...viewerIds: readonly (string | undefined)[]): number {
    const left = new Set(this.#places.keys());
    for (const viewerId of viewerIds) if (viewerId !== undefined) left.delete(viewerId);
    return left.size;
  }

  has(viewerId: string): boolean {
    return this.#places.has(viewerId);
  }

  /** The viewer's newest connection. */
  get(viewerId: string): ViewerConnection | undefined {
    return this.#places.get(viewerId)?.connection;
  }

  /** Whether its connection is still to be made. */
  isExpected(viewerId: string): boolean {
    const place = this.#places.get(viewerId);
    return place !== undefined && place.connection === undefined;
  }

  /** Whether its newest connection is open. */
  isConnected(viewerId: string): boolean {
    const connection = this.get(viewerId);
    return connection !== undefined && connection.state !== 'connecting';
  }

  ids(): readonly string[] {
    return [...this.#places.keys()];
  }

  *connections(): Generator<ViewerConnection> {
    for (const { connection, previous } of [...this.#places.values()]) {
      if (connection !== undefined) yield connection;
      if (previous !== undefined) yield previous;
    }
  }

  /** Gives the viewer a place for a new connection. What it had, under this id or `oldId`, is kept only if it sends. */
  expect(viewerId: string, oldId: string = viewerId): void {
    const old = this.#places.get(oldId);
    this.#places.delete(oldId);
    if (old?.connection?.state === 'connecting') {
      old.connection.close();
      old.connection = old.previous;
    }
    const previous = old?.connection ?? old?.previous;
    this.#places.set(viewerId, { connection: undefined, previous, ...NEWLY_ANNOUNCED });
  }

  set(viewerId: string, connection: ViewerConnection): void {
    const place = this.#places.get(viewerId);
    if (place !== undefined) place.connection = connection;
    else this.#places.set(viewerId, { connection, previous: undefined, ...NEWLY_ANNOUNCED });
  }

  /** Something that the viewer sent was refused. How much that is by now, since it was announced. */
  countRefusal(viewerId: string): number {
    const place = this.#places.get(viewerId);
    if (place !== undefined) place.refusals += 1;
    return place?.refusals ?? 1;
  }

  /** Whether the server knows the viewer, as far as it said. */
  markKnown(viewerId: string, isKnown: boolean): void {
    const place = this.#places.get(viewerId);
    if (place === undefined) return;
    place.isUnknownToServer = !isKnown;
    place.unannouncedMs = isKnown ? undefined : 0;
  }

  /** The server is to announce anew whom it knows. */
  expectAnnouncements(): void {
    for (const place of this.#places.values()) place.unannouncedMs ??= 0;
  }

  /** So long the broadcaster was registered. Ends those who were not announced in time (SPEC.md, RESUME6). */
  removeUnannounced(passedMs: number): readonly string[] {
    const removed: string[] = [];
    for (const [viewerId, place] of [...this.#places]) {
      if (place.unannouncedMs === undefined) continue;
      place.unannouncedMs += passedMs;
      if (place.unannouncedMs < UNANNOUNCED_WITHIN_MS) continue;
      this.remove(viewerId);
      removed.push(viewerId);
    }
    return removed;
  }

  /** Ends the viewer whom the server knows no longer and who came first; undefined where there is none such. */
  removeUnknown(): string | undefined {
    for (const [viewerId, place] of this.#places) {
      if (!place.isUnknownToServer) continue;
      this.remove(viewerId);
      return viewerId;
    }
    return undefined;
  }

  /** The new connection is open: the one before it has done its work. */
  handleOpen(viewerId: string): void {
    const place = this.#places.get(viewerId);
    place?.previous?.close();
    if (place !== undefined) place.previous = undefined;
  }

  /**
   * The viewer's newest connection comes to nothing: the one before it is the viewer's again. False where there is none,
   * and the viewer is gone.
   */
  fallBack(viewerId: string): boolean {
    const place = this.#places.get(viewerId);
    place?.connection?.close();
    if (place?.previous === undefined) {
      this.#places.delete(viewerId);
      return false;
    }
    place.connection = place.previous;
    place.previous = undefined;
    return true;
  }

  /** A connection ended by itself. True if the viewer has none left, and is gone with it. */
  handleEnded(connection: ViewerConnection): boolean {
    for (const [viewerId, place] of this.#places) {
      if (place.previous === connection) {
        place.previous = undefined;
        // One that is on its way takes its place.
        return false;
      }
      if (place.connection === connection) return !this.fallBack(viewerId);
    }
    return false;
  }

  /** Ends what the viewer has. */
  remove(viewerId: string): void {
    const place = this.#places.get(viewerId);
    place?.connection?.close();
    place?.previous?.close();
    this.#places.delete(viewerId);
  }

  clear(): void {
    for (const viewerId of [...this.#places.keys()]) this.remove(viewerId);
  }
}
