/** A QR code for a terminal, two rows of modules in a line. Pure. */
import { encodeQR } from 'qr';

const INDENT = '  ';

/** Less than ISO/IEC 18004 asks for, and enough for phones: a terminal has few columns. */
const QUIET_ZONE = 2;

/** White on black whatever the terminal's colours are, and as they were afterwards. Empty where it does not fit. */
export function qrCode(url: string, columns: number): string {
  const rows = encodeQR(url, 'raw', { ecc: 'low', border: QUIET_ZONE });
  if (INDENT.length + rows.length > columns) return '';
  const lines: string[] = [];
  for (let y = 0; y < rows.length; y += 2) {
    lines.push(rows.map((_, x) => half(rows[y]?.[x] ?? true, rows[y + 1]?.[x] ?? true)).join(''));
  }
  return lines.map((line) => `${INDENT}\u001b[97;40m${line}\u001b[0m\n`).join('');
}

/** The light modules are what is drawn. */
function half(upperIsDark: boolean, lowerIsDark: boolean): string {
  if (upperIsDark) return lowerIsDark ? ' ' : '▄';
  return lowerIsDark ? '▀' : '█';
}
