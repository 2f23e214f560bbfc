/**
 * Reads a QR code from a picture: the browser's own reader (Barcode Detection API, WICG) where there is one that works,
 * else the `qr` package's, which is loaded then.
 */

interface BarcodeDetector {
  detect(image: CanvasImageSource): Promise<readonly { readonly rawValue: string }[]>;
}

interface BarcodeDetectorConstructor {
  new (options: { readonly formats: readonly string[] }): BarcodeDetector;
  getSupportedFormats(): Promise<readonly string[]>;
}

/** A code fills a good part of the picture that somebody takes of it; more pixels only take longer. */
const MAX_SIDE_PX = 1280;

export type QrSource = HTMLVideoElement | ImageBitmap;

/** The text of a QR code in the picture, if there is one that can be read. */
export async function readQr(picture: QrSource): Promise<string | undefined> {
  const found = await readNatively(picture);
  return found ?? readBySoftware(picture);
}

/** Undefined as well where the browser's reader is there but not its service, which some systems lack. */
async function readNatively(picture: QrSource): Promise<string | undefined> {
  const { BarcodeDetector: Native } = globalThis as { readonly BarcodeDetector?: BarcodeDetectorConstructor };
  if (Native === undefined) return undefined;
  try {
    if (!(await Native.getSupportedFormats()).includes('qr_code')) return undefined;
    const [code] = await new Native({ formats: ['qr_code'] }).detect(picture);
    return code?.rawValue;
  } catch {
    return undefined;
  }
}

async function readBySoftware(picture: QrSource): Promise<string | undefined> {
  const { decodeQR } = await import('qr/decode.js');
  const image = pixelsOf(picture);
  try {
    return image && decodeQR(image);
  } catch {
    // It throws where there is no code.
    return undefined;
  }
}

function pixelsOf(picture: QrSource): ImageData | undefined {
  const [fullWidth, fullHeight] =
    picture instanceof HTMLVideoElement
      ? [picture.videoWidth, picture.videoHeight]
      : [picture.width, picture.height];
  const scale = Math.min(1, MAX_SIDE_PX / Math.max(fullWidth, fullHeight));
  const [width, height] = [Math.round(fullWidth * scale), Math.round(fullHeight * scale)];
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null || width === 0 || height === 0) return undefined;
  // A picture with transparent places is read as if on paper.
  context.fillStyle = '#fff';
  context.fillRect(0, 0, width, height);
  context.drawImage(picture, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}
