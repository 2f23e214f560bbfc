/** On what the pages are looked at, and in which colours. */
export const DEVICES = {
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true },
  desktop: { viewport: { width: 1440, height: 900 } },
} as const;

export const COLOURS = ['dark', 'light'] as const;

export function pictureName(scene: string, device: string, colours: string): string {
  return `${scene}.${device}.${colours}.png`;
}
