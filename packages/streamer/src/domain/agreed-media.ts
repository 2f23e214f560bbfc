/**
 * What of our offer a viewer's answer takes: header extensions (RFC 8285, section 7), retransmission as a stream of its
 * own (RFC 4588, section 8) and transport-wide feedback. Pure. An old or simple viewer takes none of it, and is sent
 * plain packets.
 *
 * Not here: whether the answer can be used at all; `checkUsableSdp` and the transport saw to that.
 */
import { type ExtensionIds, PLAYOUT_DELAY_URI, TRANSPORT_SEQUENCE_URI } from '@perch/rtp';
import type { VideoOffer } from './peer-transport.ts';

export interface AgreedMedia {
  readonly extensionIds: ExtensionIds;
  /** Lost packets go out again on the stream that the offer calls `rtx`. */
  readonly rtx: boolean;
  /** The viewer says when each packet arrived, by its transport-wide number. */
  readonly transportFeedback: boolean;
}

export function agreedMedia(offer: VideoOffer, answerSdp: string): AgreedMedia {
  const lines = videoLines(answerSdp);
  const payloadTypes = (lines[0] ?? '').split(' ').slice(3);
  const idOf = (uri: string): number | undefined => {
    const offered = offer.extensions.find((extension) => extension.uri === uri);
    return offered !== undefined && takesExtension(lines, offered) ? offered.id : undefined;
  };
  const transportSequence = idOf(TRANSPORT_SEQUENCE_URI);
  const { payloadType, rtx } = offer;
  return {
    extensionIds: { transportSequence, playoutDelay: idOf(PLAYOUT_DELAY_URI) },
    rtx:
      rtx !== undefined &&
      payloadTypes.includes(String(rtx.payloadType)) &&
      takesRetransmission(lines, rtx.payloadType, payloadType),
    // Numbers without feedback measure nothing, and feedback without numbers has nothing to tell of.
    transportFeedback:
      transportSequence !== undefined &&
      [payloadType, '*'].some((format) => lines.includes(`a=rtcp-fb:${format} transport-cc`)),
  };
}

/** The one video section, its m= line first. */
function videoLines(sdp: string): readonly string[] {
  const lines = sdp.split(/\r?\n/u);
  const start = lines.findIndex((line) => line.startsWith('m=video '));
  if (start === -1) return [];
  const length = lines.slice(start + 1).findIndex((line) => line.startsWith('m='));
  return lines.slice(start, length === -1 ? undefined : start + 1 + length);
}

/** Under the id of the offer, and in the direction in which we send. */
function takesExtension(lines: readonly string[], { id, uri }: VideoOffer['extensions'][number]): boolean {
  return lines.some((line) => {
    const [, answeredId, direction = 'recvonly', answeredUri] =
      /^a=extmap:(\d+)(?:\/([a-z]+))? (\S+)/u.exec(line) ?? [];
    return Number(answeredId) === id && answeredUri === uri && /^(?:recvonly|sendrecv)$/u.test(direction);
  });
}

/** The number alone is not enough: an answer may give one that it does not know a meaning of its own. */
function takesRetransmission(lines: readonly string[], payloadType: number, associated: number): boolean {
  const parameters = `a=fmtp:${payloadType} `;
  return (
    lines.some((line) => line.toLowerCase() === `a=rtpmap:${payloadType} rtx/90000`) &&
    lines.some(
      (line) =>
        line.startsWith(parameters) &&
        line
          .slice(parameters.length)
          .split(';')
          .some((parameter) => parameter.trim() === `apt=${associated}`),
    )
  );
}
