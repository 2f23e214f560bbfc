import { ARRIVAL_DELTA_US, NOT_ARRIVED, type TransportFeedback } from '../../../src/index.ts';

/** Feedback about the packets from `first` on: when each arrived, in ms after the reference, undefined for missing. */
export function feedbackOf(
  first: number,
  arrivalsMs: readonly (number | undefined)[],
  referenceTimeUs = 0,
): TransportFeedback {
  let lastMs = 0;
  const arrivalDeltas = arrivalsMs.map((ms) => {
    const delta = ms === undefined ? NOT_ARRIVED : ((ms - lastMs) * 1000) / ARRIVAL_DELTA_US;
    lastMs = ms ?? lastMs;
    return delta;
  });
  return {
    type: 'transport-feedback',
    senderSsrc: 1,
    mediaSsrc: 2,
    feedbackCount: 0,
    referenceTimeUs,
    baseSequence: first,
    arrivalDeltas,
  };
}
