/** H.264 over RTP: pure bytes and arithmetic. No IO, no clock, no randomness of its own. */

export { type AccessUnit, AccessUnitAssembler } from './access-unit-assembler.ts';
export { AnnexBReader, joinAnnexB, MAX_NAL_UNIT_BYTES, splitAnnexB } from './annex-b.ts';
export {
  CongestionController,
  type CongestionControllerOptions,
  type CongestionDiagnostics,
} from './congestion/congestion-controller.ts';
export { MAX_QUEUE_MS, Pacer, type PacerSink } from './congestion/pacer.ts';
export type { ProbeCluster } from './congestion/probe-controller.ts';
export {
  type H264Profile,
  h264LevelFor,
  profileLevelId,
  profileLevelIdOfSps,
  type VideoFormat,
} from './h264/level.ts';
export { isKeyframe, NAL_UNIT_TYPE, nalUnitType } from './h264/nal-unit.ts';
export { parseSps, type Sps } from './h264/sps.ts';
export { type H264Payload, planH264Payloads, writeH264Payload } from './h264-payloader.ts';
export {
  type ExtensionIds,
  type ExtensionPlaces,
  PLAYOUT_DELAY_URI,
  type PlayoutDelay,
  TRANSPORT_SEQUENCE_URI,
} from './header-extensions.ts';
export {
  MAX_NACKED_PER_CALL,
  NackResponder,
  type NackResponderOptions,
  type NackVerdict,
} from './nack-responder.ts';
export {
  type Lookup,
  MAX_FIRST_SEQUENCE_NUMBER,
  MAX_RESEND_DISTANCE,
  OutgoingRtp,
  type OutgoingRtpOptions,
  type SentPacket,
} from './outgoing-rtp.ts';
export { DEFAULT_HISTORY_PACKETS, PacketHistory, type RtpPacket } from './packet-history.ts';
export type { FullIntraRequest, MaximumBitrate, Nack, PictureLoss } from './rtcp/feedback.ts';
export { type NtpTime, ntpMiddleBits, ntpTimeOf, unixMsOfNtp } from './rtcp/ntp-time.ts';
export { parseRtcp, type RtcpPacket } from './rtcp/parse-rtcp.ts';
export {
  type Goodbye,
  type ReceiverReport,
  type ReportBlock,
  roundTripTimeMs,
  type SenderReport,
} from './rtcp/reports.ts';
export { type SenderReportFields, writeSenderReport } from './rtcp/sender-report.ts';
export { ARRIVAL_DELTA_US, NOT_ARRIVED, type TransportFeedback } from './rtcp/transport-feedback.ts';
export {
  type ParsedRtpPacket,
  parseRtpPacket,
  RTP_HEADER_BYTES,
  type RtpHeader,
  setPayloadType,
  setSequenceNumber,
  setSsrc,
} from './rtp-packet.ts';
export {
  DEFAULT_MAX_PACKET_BYTES,
  RtpPacketizer,
  type RtpPacketizerOptions,
  TICKS_PER_MS,
} from './rtp-packetizer.ts';
export { MAX_PADDING_BYTES, RtxStream, type RtxStreamOptions } from './rtx-stream.ts';
