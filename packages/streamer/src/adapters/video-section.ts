/** The one video section, as libdatachannel is told of it and as a viewer's answer has to have it. */
import { type Refusal, refuse } from '@perch/protocol';
import { TICKS_PER_MS } from '@perch/rtp';
import { Video } from 'node-datachannel';
import type { VideoOffer } from '../domain/peer-transport.ts';
import { sdpSections } from '../domain/sdp-sections.ts';
import { RECEIVED_KBIT_PER_SECOND, STREAM_ID, TRACK_ID } from '../domain/video-offer.ts';

/** Old viewers send a candidate's m-line index alone, so the one media section has its index for a name. */
export const MID = '0';

/** RFC 8866 lines of the video section. libdatachannel writes nack, nack pli and goog-remb by itself. */
export function describeVideo({
  payloadType,
  ssrc,
  cname,
  profileLevelId,
  extensions,
  rtx,
}: VideoOffer): Video {
  const video = new Video(MID, 'SendOnly');
  const fmtp = `level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=${profileLevelId}`;
  video.addH264Codec(payloadType, fmtp);
  video.setBitrate(RECEIVED_KBIT_PER_SECOND);
  video.addSSRC(ssrc, cname, STREAM_ID, TRACK_ID);
  video.parseSdpLine(`a=rtcp-fb:${payloadType} transport-cc`);
  video.parseSdpLine(`a=rtcp-fb:${payloadType} ccm fir`);
  for (const { id, uri } of extensions) video.parseSdpLine(`a=extmap:${id} ${uri}`);
  if (rtx !== undefined) {
    // RFC 4588, section 8: on the clock of what it resends.
    video.addRTXCodec(rtx.payloadType, payloadType, 1000 * TICKS_PER_MS);
    // RFC 5576, section 4.2: which stream is resent by which. Not by addSSRC, which would write a=msid once more.
    video.parseSdpLine(`a=ssrc-group:FID ${ssrc} ${rtx.ssrc}`);
    video.parseSdpLine(`a=ssrc:${rtx.ssrc} cname:${cname}`);
    video.parseSdpLine(`a=ssrc:${rtx.ssrc} msid:${STREAM_ID} ${TRACK_ID}`);
  }
  return video;
}

/** Whether an answer takes our one video section: RFC 9429, section 5.3.1. */
export function checkAnswer(sdp: string, payloadType: number): Refusal | undefined {
  const { session, media } = sdpSections(sdp);
  const [section] = media;
  if (media.length !== 1 || section?.media !== 'video') {
    return refuse('not-acceptable', 'the answer has not the one video section that was offered');
  }
  const { port, formats, lines } = section;
  if (port === '0' || !formats.includes(String(payloadType))) {
    return refuse('not-acceptable', 'the viewer has no codec for this video');
  }
  if (!lines.includes(`a=mid:${MID}`))
    return refuse('bad-sdp', 'the answer has not the mid that was offered');
  if (![...session, ...lines].some((line) => /^a=setup:(?:active|passive)$/u.test(line)))
    return refuse('bad-sdp', 'the answer has no a=setup role');
  return undefined;
}
