/** A QR code for a terminal. Pure. */
import { renderUnicodeCompact } from 'uqr';

const INDENT = '  ';

/** White on black whatever the terminal's colours are, and as they were afterwards. Empty where it does not fit. */
export function qrCode(url: string, columns: number): string {
  const lines = renderUnicodeCompact(url, { border: 2 }).split('\n');
  if (INDENT.length + Math.max(...lines.map((line) => line.length)) > columns) return '';
  return lines.map((line) => `${INDENT}\u001b[97;40m${line}\u001b[0m\n`).join('');
}
