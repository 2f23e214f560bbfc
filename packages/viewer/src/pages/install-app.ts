/** What a phone makes of the pages: an app on the home screen, that opens without a network; and what plain http lacks. */
import { homeTextFor } from '../text/home-text.ts';
import { registerServiceWorker } from './register-service-worker.ts';

/** `beforeinstallprompt` (WICG): Chromium's word that the page can be installed, and the way to ask for it. */
interface InstallPrompt extends Event {
  prompt(): Promise<unknown>;
}

/** Writes into `place` the one line that fits, if any, and registers the service worker. */
export async function installApp(place: HTMLElement): Promise<void> {
  const { app } = homeTextFor(navigator.languages);
  if (!isSecureContext) {
    place.textContent = app.insecure;
    return;
  }
  addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault();
    const button = document.createElement('button');
    button.className = 'quiet';
    button.type = 'button';
    button.textContent = app.install;
    button.addEventListener('click', () => void (event as InstallPrompt).prompt());
    place.replaceChildren(button);
  });
  addEventListener('appinstalled', () => place.replaceChildren());
  if (isIosBrowser()) place.textContent = app.installOnIos;
  await registerServiceWorker();
}

/** Safari on an iPhone or iPad tells of no installing; `standalone` is its own word, true once it is on the home screen. */
function isIosBrowser(): boolean {
  const { standalone } = navigator as Navigator & { readonly standalone?: boolean };
  return standalone === false;
}
