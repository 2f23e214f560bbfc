/** A QR code as an SVG element, dark on light in any colour scheme, as readers expect it. The encoder is loaded then. */

const SVG = 'http://www.w3.org/2000/svg';

/** ISO/IEC 18004 asks for this many light modules around the code. */
const QUIET_ZONE = 4;

export async function qrSvg(content: string, label: string): Promise<SVGSVGElement> {
  const { encodeQR } = await import('qr');
  const rows = encodeQR(content, 'raw', { ecc: 'low', border: QUIET_ZONE });
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', `0 0 ${rows.length} ${rows.length}`);
  svg.setAttribute('shape-rendering', 'crispEdges');
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', label);
  svg.append(path(`M0 0h${rows.length}v${rows.length}H0z`, '#fff'), path(darkModules(rows), '#000'));
  return svg;
}

function darkModules(rows: readonly (readonly boolean[])[]): string {
  return rows.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ''))).join('');
}

function path(d: string, fill: string): SVGPathElement {
  const element = document.createElementNS(SVG, 'path');
  element.setAttribute('d', d);
  element.setAttribute('fill', fill);
  return element;
}
