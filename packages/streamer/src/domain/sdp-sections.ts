/** An SDP cut into its session part and its media sections (RFC 8866, section 5). Pure; takes any text. */

export interface SdpSection {
  /** The m= line first. */
  readonly lines: readonly string[];
  readonly media: string;
  readonly port: string;
  readonly proto: string;
  /** Payload types, as text. */
  readonly formats: readonly string[];
}

export interface SdpSections {
  readonly session: readonly string[];
  readonly media: readonly SdpSection[];
}

export function sdpSections(sdp: string): SdpSections {
  const parts: string[][] = [[]];
  for (const line of sdp.split(/\r?\n/u)) {
    if (line.startsWith('m=')) parts.push([]);
    if (line !== '') parts.at(-1)?.push(line);
  }
  const [session = [], ...sections] = parts;
  return { session, media: sections.map(toSection) };
}

function toSection(lines: readonly string[]): SdpSection {
  const [media = '', port = '', proto = '', ...formats] = (lines[0] ?? '').slice('m='.length).split(' ');
  return { lines, media, port, proto, formats };
}

export function midOf({ lines }: SdpSection): string | undefined {
  return attribute(lines, 'mid');
}

/** The first section of the bundle that `section` is in, whose transport all of it shares (RFC 9143, section 7). */
export function headOfBundle({ session, media }: SdpSections, section: SdpSection): SdpSection | undefined {
  const mid = midOf(section);
  const bundle = session
    .filter((line) => line.startsWith('a=group:BUNDLE '))
    .map((line) => line.split(' ').slice(1))
    .find((mids) => mid !== undefined && mids.includes(mid));
  return bundle === undefined ? undefined : media.find((other) => midOf(other) === bundle[0]);
}

/** The value of the first `a=NAME:`; '' for a bare `a=NAME`, undefined for none. */
export function attribute(lines: readonly string[], name: string): string | undefined {
  const found = lines.find((line) => line === `a=${name}` || line.startsWith(`a=${name}:`));
  return found?.slice(`a=${name}:`.length);
}
