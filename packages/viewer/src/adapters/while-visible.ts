/**
 * Runs now and again `everyMs` after the run before has ended, as long as the page is visible; on coming back to it at
 * once. A run that rejects is the caller's to handle.
 */
export function whileVisible(everyMs: number, run: () => Promise<void>, signal: AbortSignal): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running = false;
  const next = async () => {
    clearTimeout(timer);
    if (running || document.hidden || signal.aborted) return;
    running = true;
    await run();
    running = false;
    if (!signal.aborted && !document.hidden) timer = setTimeout(next, everyMs);
  };
  document.addEventListener('visibilitychange', () => void next(), { signal });
  addEventListener('online', () => void next(), { signal });
  signal.addEventListener('abort', () => clearTimeout(timer));
  void next();
}
