import type { TransportFeedback } from '../../../src/index.ts';

/** Feedback about the packets from `first` on: when each arrived, in ms after the reference, undefined for missing. */
export function feedbackOf(
  first: number,
  arrivalsMs: readonly (number | undefined)[],
  referenceTimeUs = 0,
): TransportFeedback {
  let lastMs = 0;
  const entries = arrivalsMs.map((ms, at) => {
    const arrivalDeltaUs = ms === undefined ? undefined : (ms - lastMs) * 1000;
    lastMs = ms ?? lastMs;
    return { transportSequence: (first + at) & 0xffff, arrivalDeltaUs };
  });
  return {
    type: 'transport-feedback',
    senderSsrc: 1,
    mediaSsrc: 2,
    feedbackCount: 0,
    referenceTimeUs,
    entries,
  };
}
