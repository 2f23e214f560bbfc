/** What a phone makes of the pages: an app on the home screen, that opens without a network; and what plain http lacks. */
import { homeTextFor } from '../text/home-text.ts';
import { isIosBrowser } from './ios-browser.ts';
import { registerServiceWorker } from './register-service-worker.ts';

/** `beforeinstallprompt` (WICG): Chromium's word that the page can be installed, and the way to ask for it. */
interface InstallPrompt extends Event {
  prompt(): Promise<unknown>;
}

/** Writes into `place` the one line that fits, if any, and registers the service worker. */
export async function installApp(place: HTMLElement): Promise<void> {
  const { app } = homeTextFor(navigator.languages);
  const byHand = isIosBrowser() ? app.installOnIos : '';
  place.textContent = isSecureContext ? byHand : `${app.insecure} ${byHand}`;
  if (!isSecureContext) return;
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
  await registerServiceWorker();
}
