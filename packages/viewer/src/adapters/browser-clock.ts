import type { Clock } from '../domain/ports.ts';

export const browserClock: Clock = {
  now: () => performance.now(),
  timeOfDay: () => Date.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
