import { isIosBrowser } from '../ios-browser.ts';

/**
 * On an iPhone an icon on the home screen opens what the page's manifest names, and finds nothing there of what Safari
 * keeps: no camera, no key. A page without a manifest is opened by the address that it has when the icon is made, which is
 * the camera's link. So say the documents; no iPhone was there to try it on.
 */
export function keepLinkInIcon(name: string): void {
  if (!isIosBrowser()) return;
  document.querySelector('link[rel="manifest"]')?.remove();
  document.querySelector('meta[name="apple-mobile-web-app-title"]')?.setAttribute('content', name);
}
