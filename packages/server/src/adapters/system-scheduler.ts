/** The machine's clock and timers. None of them keeps the process alive: the listening socket does. */
import type { Scheduler } from '../domain/scheduler.ts';

export const systemScheduler: Scheduler = {
  now: () => Date.now(),
  after: (delayMs, task) => {
    const timer = setTimeout(task, delayMs).unref();
    return () => clearTimeout(timer);
  },
  every: (periodMs, task) => {
    const timer = setInterval(task, periodMs).unref();
    return () => clearInterval(timer);
  },
};
