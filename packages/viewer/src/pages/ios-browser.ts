/**
 * Whether this is a browser on an iPhone or iPad, where an icon on the home screen is made by hand. `standalone` is its own
 * word: true once the page was opened by such an icon, and unknown everywhere else.
 */
export function isIosBrowser(): boolean {
  const { standalone } = navigator as Navigator & { readonly standalone?: boolean };
  return standalone === false;
}
