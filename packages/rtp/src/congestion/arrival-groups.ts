/**
 * Puts packets that were sent together into groups, and says how much further apart two groups arrived than they were
 * sent (draft-ietf-rmcat-gcc-02, 5.2 and 5.3). Pure.
 *
 * Packets of one burst queue behind each other, which says nothing about the path: only whole bursts are compared.
 */

/** gcc-02, 5.2: packets sent within 5 ms of the first are one group. */
const BURST_MS = 5;

/** gcc-02, 5.2: so are packets that a radio held back and delivered at once, but not without end. */
const MAX_GROUP_MS = 100;

/** More between two groups than between their sendings: the path was away, or the receiver's clock was set. */
const MAX_JUMP_MS = 3000;

/** How the newer of two groups that follow each other relates to the older. */
export interface GroupDelta {
  readonly sendDeltaMs: number;
  readonly arrivalDeltaMs: number;
  /** Of the newer group's last packet, on the receiver's clock. */
  readonly arrivalMs: number;
}

interface Group {
  readonly firstSendMs: number;
  readonly firstArrivalMs: number;
  lastSendMs: number;
  lastArrivalMs: number;
}

export class ArrivalGroups {
  #previous: Group | undefined;
  #current: Group | undefined;

  /** Takes packets in the order of arrival. Returns how two groups differ when the newer one is complete. */
  add(sendMs: number, arrivalMs: number): GroupDelta | undefined {
    const current = this.#current;
    if (current === undefined) {
      this.#current = groupOf(sendMs, arrivalMs);
      return undefined;
    }
    // Overtaken on the way: the group it belongs to is closed.
    if (sendMs < current.firstSendMs) return undefined;
    if (belongs(current, sendMs, arrivalMs)) {
      current.lastSendMs = Math.max(current.lastSendMs, sendMs);
      current.lastArrivalMs = Math.max(current.lastArrivalMs, arrivalMs);
      return undefined;
    }
    const previous = this.#previous;
    this.#previous = current;
    this.#current = groupOf(sendMs, arrivalMs);
    if (previous === undefined) return undefined;
    const sendDeltaMs = current.lastSendMs - previous.lastSendMs;
    const arrivalDeltaMs = current.lastArrivalMs - previous.lastArrivalMs;
    if (Math.abs(arrivalDeltaMs - sendDeltaMs) > MAX_JUMP_MS) {
      this.#previous = undefined;
      return undefined;
    }
    return { sendDeltaMs, arrivalDeltaMs, arrivalMs: current.lastArrivalMs };
  }
}

function groupOf(sendMs: number, arrivalMs: number): Group {
  return { firstSendMs: sendMs, firstArrivalMs: arrivalMs, lastSendMs: sendMs, lastArrivalMs: arrivalMs };
}

function belongs(group: Group, sendMs: number, arrivalMs: number): boolean {
  if (sendMs - group.firstSendMs <= BURST_MS) return true;
  const sinceLastMs = arrivalMs - group.lastArrivalMs;
  const caughtUp = sinceLastMs < sendMs - group.lastSendMs;
  return caughtUp && sinceLastMs <= BURST_MS && arrivalMs - group.firstArrivalMs < MAX_GROUP_MS;
}
