import { encodeQR } from 'qr';

/** A GIF of a QR code, as somebody's photo of a printed link would show it at its best. */
export function qrImage(content: string): Buffer {
  return Buffer.from(encodeQR(content, 'gif', { scale: 6, border: 4 }));
}
