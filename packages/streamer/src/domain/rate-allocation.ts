/**
 * Which layer each viewer watches, and at what rate each layer is encoded. Pure: the time comes in.
 *
 * The main layer follows its slowest healthy viewer, between the layer's lowest rate and its highest. A viewer whose
 * path carries clearly less than the best one's, or less than the lowest rate, would cost the others their picture: it
 * watches the low layer until its path has carried the main one for a while.
 */
import type { LayerName } from './video-source.ts';

/** Below this share of what the best viewer gets, a viewer is no longer waited for. */
const HEALTHY_SHARE = 0.85;

/** A dip that is over by then costs a lower rate, not a change of layer. */
const FALL_AFTER_MS = 300;

/** Each change needs a keyframe: the path must carry the main layer, and something on top, for this long. */
const CLIMB_MARGIN = 1.1;
const CLIMB_AFTER_MS = 1_000;

/** Who falls again so soon after a climb waits twice as long before the next, up to the longest. */
const FALLEN_AGAIN_WITHIN_MS = 10_000;
const LONGEST_CLIMB_AFTER_MS = 32_000;

export interface RateLimits {
  readonly lowestBitsPerSecond: number;
  readonly highestBitsPerSecond: number;
}

/** Where a viewer is, and since when it should be elsewhere. Made by `newPlace`, changed by `allocateRates`. */
export interface Place {
  layer: LayerName;
  misplacedSinceMs: number | undefined;
  climbedMs: number;
  climbAfterMs: number;
}

export function newPlace(): Place {
  return {
    layer: 'main',
    misplacedSinceMs: undefined,
    climbedMs: Number.NEGATIVE_INFINITY,
    climbAfterMs: CLIMB_AFTER_MS,
  };
}

export interface PlacedViewer {
  readonly place: Place;
  /** What its path carries of video, in bits a second. */
  readonly carriesBitsPerSecond: number;
}

/** Moves viewers between the layers, and returns the rate of each; 0 for one that nobody watches. */
export function allocateRates(
  viewers: readonly PlacedViewer[],
  limits: { readonly main: RateLimits; readonly low: RateLimits | undefined },
  nowMs: number,
): Record<LayerName, number> {
  const { main, low } = limits;
  const best = viewers.reduce((most, { carriesBitsPerSecond }) => Math.max(most, carriesBitsPerSecond), 0);
  const healthy = Math.max(
    main.lowestBitsPerSecond,
    Math.min(best, main.highestBitsPerSecond) * HEALTHY_SHARE,
  );
  for (const { place, carriesBitsPerSecond } of viewers) {
    if (low === undefined) place.layer = 'main';
    else move(place, carriesBitsPerSecond, healthy, nowMs);
  }
  const on = (layer: LayerName) => viewers.filter(({ place }) => place.layer === layer);
  return {
    main: rateFor(on('main'), main, healthy),
    low: low === undefined ? 0 : rateFor(on('low'), low, 0),
  };
}

function move(place: Place, carries: number, healthy: number, nowMs: number): void {
  const misplaced = place.layer === 'main' ? carries < healthy : carries >= healthy * CLIMB_MARGIN;
  if (!misplaced) {
    place.misplacedSinceMs = undefined;
    return;
  }
  place.misplacedSinceMs ??= nowMs;
  const forMs = nowMs - place.misplacedSinceMs;
  if (place.layer === 'main' && forMs >= FALL_AFTER_MS) {
    const again = nowMs - place.climbedMs < FALLEN_AGAIN_WITHIN_MS;
    place.climbAfterMs = again ? Math.min(place.climbAfterMs * 2, LONGEST_CLIMB_AFTER_MS) : CLIMB_AFTER_MS;
    place.layer = 'low';
    place.misplacedSinceMs = undefined;
  } else if (place.layer === 'low' && forMs >= place.climbAfterMs) {
    place.climbedMs = nowMs;
    place.layer = 'main';
    place.misplacedSinceMs = undefined;
  }
}

/** What the slowest of those carries who carry `healthy`, within the limits; the lowest where nobody does. */
function rateFor(viewers: readonly PlacedViewer[], limits: RateLimits, healthy: number): number {
  if (viewers.length === 0) return 0;
  const { lowestBitsPerSecond: lowest, highestBitsPerSecond: highest } = limits;
  let slowest = Number.POSITIVE_INFINITY;
  for (const { carriesBitsPerSecond: carries } of viewers) {
    if (carries >= healthy) slowest = Math.min(slowest, carries);
  }
  return slowest === Number.POSITIVE_INFINITY ? lowest : Math.min(Math.max(slowest, lowest), highest);
}
