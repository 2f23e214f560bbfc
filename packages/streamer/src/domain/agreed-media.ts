/**
 * What of our offer a viewer's answer takes: header extensions (RFC 8285, section 7), retransmission as a stream of its
 * own (RFC 4588, section 8) and transport-wide feedback. Pure. An old or simple viewer takes none of it, and is sent
 * plain packets.
 *
 * Not here: whether the answer can be used at all; `checkUsableSdp` and the transport saw to that.
 */
import { type ExtensionIds, PLAYOUT_DELAY_URI, TRANSPORT_SEQUENCE_URI } from '@perch/rtp';
import type { VideoOffer } from './peer-transport.ts';
import {
  type HeaderExtension,
  hasFeedback,
  headerExtensions,
  isRetransmission,
  type SdpSection,
} from './sdp-sections.ts';

export interface AgreedMedia {
  readonly extensionIds: ExtensionIds;
  /** Lost packets go out again on the stream that the offer calls `rtx`. */
  readonly rtx: boolean;
  /** The viewer says when each packet arrived, by its transport-wide number. */
  readonly transportFeedback: boolean;
}

const NOTHING: AgreedMedia = { extensionIds: {}, rtx: false, transportFeedback: false };

/** `answer` is the section that takes our video; nothing is agreed on before there is one. */
export function agreedMedia(offer: VideoOffer, answer: SdpSection | undefined): AgreedMedia {
  if (answer === undefined) return NOTHING;
  const { payloadType, rtx, extensions } = offer;
  const taken = headerExtensions(answer).filter(isInOurDirection);
  const idOf = (uri: string): number | undefined =>
    extensions.find((offered) => {
      return offered.uri === uri && taken.some(({ id, uri: its }) => id === offered.id && its === uri);
    })?.id;
  const transportSequence = idOf(TRANSPORT_SEQUENCE_URI);
  return {
    extensionIds: { transportSequence, playoutDelay: idOf(PLAYOUT_DELAY_URI) },
    // The number alone is not enough: an answer may give one that it does not know a meaning of its own.
    rtx: rtx !== undefined && isRetransmission(answer, String(rtx.payloadType), payloadType),
    // Numbers without feedback measure nothing, and feedback without numbers has nothing to tell of.
    transportFeedback: transportSequence !== undefined && hasFeedback(answer, payloadType, 'transport-cc'),
  };
}

/** As the viewer sees it: we send. */
function isInOurDirection({ direction = 'sendrecv' }: HeaderExtension): boolean {
  return direction === 'recvonly' || direction === 'sendrecv';
}
