/**
 * An SDP cut into its session part and its media sections (RFC 8866, section 5), and what the attributes of a section say
 * that viewers and we write. Pure; takes any text.
 */

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

/** RFC 4585, section 4.2: feedback for one payload type, or for all. */
export function hasFeedback({ lines }: SdpSection, payloadType: number, kind: string): boolean {
  return [payloadType, '*'].some((format) => lines.includes(`a=rtcp-fb:${format} ${kind}`));
}

/** `encoding` is the name and the clock rate: `h264/90000`, in small letters. */
export function isEncodedAs({ lines }: SdpSection, format: string, encoding: string): boolean {
  return lines.some((line) => line.toLowerCase() === `a=rtpmap:${format} ${encoding}`);
}

/** Of the first `a=fmtp:` of a format: by name, in small letters. */
export function formatParameters({ lines }: SdpSection, format: string): ReadonlyMap<string, string> {
  const start = `a=fmtp:${format} `;
  const line = lines.find((candidate) => candidate.startsWith(start)) ?? start;
  return new Map(
    line
      .slice(start.length)
      .split(';')
      .map((parameter) => {
        const [name = '', value = ''] = parameter.trim().split('=', 2);
        return [name.toLowerCase(), value] as const;
      }),
  );
}

/** Whether a format resends what is lost of `payloadType` (RFC 4588, section 8). */
export function isRetransmission(section: SdpSection, format: string, payloadType: number): boolean {
  return (
    section.formats.includes(format) &&
    isEncodedAs(section, format, 'rtx/90000') &&
    formatParameters(section, format).get('apt') === String(payloadType)
  );
}

export interface HeaderExtension {
  readonly id: number;
  /** Both ways where it says none. */
  readonly direction: string | undefined;
  readonly uri: string;
}

/** RFC 8285, section 5. */
export function headerExtensions({ lines }: SdpSection): readonly HeaderExtension[] {
  return lines.flatMap((line) => {
    const [, id, direction, uri] = /^a=extmap:(\d+)(?:\/([a-z]+))? (\S+)/u.exec(line) ?? [];
    return uri === undefined ? [] : [{ id: Number(id), direction, uri }];
  });
}
