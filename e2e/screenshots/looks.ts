/** On what the pages are looked at, and in which colours. */
const PHONE = { deviceScaleFactor: 2, hasTouch: true, isMobile: true } as const;

export const DEVICES = {
  phone: { ...PHONE, viewport: { width: 390, height: 844 } },
  'phone-sideways': { ...PHONE, viewport: { width: 844, height: 390 } },
  desktop: { viewport: { width: 1440, height: 900 } },
} as const;

export const COLOURS = ['dark', 'light'] as const;

export function pictureName(scene: string, device: string, colours: string): string {
  return `${scene}.${device}.${colours}.png`;
}
