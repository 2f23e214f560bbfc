/** The shell is some twenty files: who came to watch does so by then, and is not held up by them. */
const AFTER_LOAD_MS = 3_000;

/** After the page has all that it needs itself, and the person who came with a purpose has had a moment. */
export async function registerServiceWorker(): Promise<void> {
  if (!isSecureContext || !('serviceWorker' in navigator)) return;
  if (document.readyState !== 'complete') {
    await new Promise((resolve) => addEventListener('load', resolve, { once: true }));
  }
  await new Promise((resolve) => setTimeout(resolve, AFTER_LOAD_MS));
  // Where the browser refuses it (a private window), the page works as well.
  await navigator.serviceWorker.register('/sw.js').catch(() => undefined);
}
