/** How long this process was at work, not how long it waited for others of its machine to be done. */
export function secondsOfWork(work: () => void): number {
  const before = process.cpuUsage();
  work();
  return process.cpuUsage(before).user / 1_000_000;
}
