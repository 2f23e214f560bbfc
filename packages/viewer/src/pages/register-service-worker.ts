/** After the page has all that it needs itself: the shell's files would come in between. */
export async function registerServiceWorker(): Promise<void> {
  if (!isSecureContext || !('serviceWorker' in navigator)) return;
  if (document.readyState !== 'complete') {
    await new Promise((resolve) => addEventListener('load', resolve, { once: true }));
  }
  // Where the browser refuses it (a private window), the page works as well.
  await navigator.serviceWorker.register('/sw.js').catch(() => undefined);
}
