/**
 * The answer to a viewer's offer (RFC 9429, section 5.3.1): the video in the one section that was chosen, the others
 * given up, and nothing answered that was not offered. Pure. The transport's lines are those of the WebRTC stack.
 *
 * The first section of the video's bundle is not given up but inactive: Chromium takes the bundle's transport down with
 * it where the page asked for `max-bundle`, and refuses the answer.
 */
import { attribute, hasFeedback, headOfBundle, midOf, type SdpSection, sdpSections } from './sdp-sections.ts';
import { RECEIVED_KBIT_PER_SECOND, STREAM_ID, TRACK_ID } from './video-offer.ts';
import type { ViewerOffer } from './viewer-offer.ts';

/** What we act on (rtp/src/rtcp/). */
const FEEDBACK = ['nack', 'nack pli', 'ccm fir', 'goog-remb', 'transport-cc'];

/** `stackSdp` is the stack's answer to the offer's `stackSdp`, its candidates gathered. */
export function videoAnswer(offer: ViewerOffer, stackSdp: string): string {
  const { sections, section } = offer;
  const stack = sdpSections(stackSdp);
  const stackLines = [...stack.session, ...(stack.media[0]?.lines ?? [])];
  const transport = transportLines(stackLines);
  const head = headOfBundle(sections, section);
  const held = head !== section && head?.proto === section.proto ? head : undefined;
  const bundled = [held, head === undefined ? undefined : section].flatMap((part) =>
    part === undefined ? [] : [midOf(part)],
  );
  return [
    'v=0',
    stackLines.find((line) => line.startsWith('o=')) ?? 'o=- 1 1 IN IP4 127.0.0.1',
    's=-',
    't=0 0',
    ...(bundled.length > 0 ? [`a=group:BUNDLE ${bundled.join(' ')}`] : []),
    ...sections.media.flatMap((part) => {
      if (part === section) return [...videoLines(offer), ...transport];
      return part === held ? [...inactive(part), ...transport] : givenUp(part);
    }),
    '',
  ].join('\r\n');
}

function transportLines(stackLines: readonly string[]): string[] {
  return [
    ...['ice-ufrag', 'ice-pwd', 'fingerprint', 'setup'].flatMap((name) => {
      const value = attribute(stackLines, name);
      return value === undefined ? [] : [`a=${name}:${value}`];
    }),
    'a=ice-options:trickle ice2',
    ...stackLines.filter((line) => line.startsWith('a=candidate:')),
    'a=end-of-candidates',
  ];
}

function videoLines({ section, choice, video, agreed }: ViewerOffer): string[] {
  const { payloadType, profileLevelId, ssrc, cname } = video;
  const rtx = agreed.rtx ? video.rtx : undefined;
  const feedback = FEEDBACK.filter((kind) =>
    kind === 'transport-cc' ? agreed.transportFeedback : hasFeedback(section, payloadType, kind),
  );
  const { transportSequence, playoutDelay } = agreed.extensionIds;
  const formats = rtx === undefined ? `${payloadType}` : `${payloadType} ${rtx.payloadType}`;
  const asymmetry = choice.levelAsymmetry ? 'level-asymmetry-allowed=1;' : '';
  return [
    `m=video 9 ${section.proto} ${formats}`,
    'c=IN IP4 0.0.0.0',
    `b=AS:${RECEIVED_KBIT_PER_SECOND}`,
    ...midLine(section),
    'a=sendonly',
    'a=rtcp-mux',
    `a=rtpmap:${payloadType} H264/90000`,
    `a=fmtp:${payloadType} ${asymmetry}packetization-mode=1;profile-level-id=${profileLevelId}`,
    ...feedback.map((kind) => `a=rtcp-fb:${payloadType} ${kind}`),
    ...(rtx === undefined
      ? []
      : [`a=rtpmap:${rtx.payloadType} rtx/90000`, `a=fmtp:${rtx.payloadType} apt=${payloadType}`]),
    ...video.extensions
      .filter(({ id }) => id === transportSequence || id === playoutDelay)
      .map(({ id, uri }) => `a=extmap:${id} ${uri}`),
    `a=msid:${STREAM_ID} ${TRACK_ID}`,
    ...(rtx === undefined ? [] : [`a=ssrc-group:FID ${ssrc} ${rtx.ssrc}`]),
    ...[ssrc, ...(rtx === undefined ? [] : [rtx.ssrc])].map((each) => `a=ssrc:${each} cname:${cname}`),
  ];
}

/** Takes nothing but the transport. */
function inactive(section: SdpSection): string[] {
  const [format = '0'] = section.formats;
  return [
    `m=${section.media} 9 ${section.proto} ${format}`,
    'c=IN IP4 0.0.0.0',
    ...midLine(section),
    'a=inactive',
    'a=rtcp-mux',
    ...section.lines.filter((line) => line.startsWith(`a=rtpmap:${format} `)),
  ];
}

/** RFC 3264, section 6: port 0, and the formats as they were. */
function givenUp(section: SdpSection): string[] {
  const { media, proto, formats } = section;
  return [
    `m=${media} 0 ${proto} ${formats.join(' ')}`,
    'c=IN IP4 0.0.0.0',
    ...midLine(section),
    ...(media === 'application' ? [] : ['a=inactive']),
  ];
}

function midLine(section: SdpSection): string[] {
  const mid = midOf(section);
  return mid === undefined ? [] : [`a=mid:${mid}`];
}
