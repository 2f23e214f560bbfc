/**
 * Sender reports, receiver reports and goodbyes, read (RFC 3550, 6.4.1, 6.4.2, 6.6).
 * Not here: profile-specific extensions of reports, a goodbye's reason.
 *
 * Every parser of this folder takes a whole RTCP packet without padding, at least 4 bytes long, and returns
 * undefined where it is cut short.
 */
import { type NtpTime, ntpMiddleBits } from './ntp-time.ts';

/** What a receiver says about one stream that it gets. */
export interface ReportBlock {
  /** The stream. */
  readonly ssrc: number;
  /** Share of packets lost since the last report, 0 to 255/256. */
  readonly fractionLost: number;
  /** Since the beginning; negative where packets came twice. */
  readonly cumulativeLost: number;
  /** Number of the newest packet, its upper 16 bits the wraps counted. */
  readonly highestSequence: number;
  /** In units of the RTP timestamp. */
  readonly jitter: number;
  /** Middle bits of the NTP time of the last sender report (LSR); 0 for none yet. */
  readonly lastSenderReport: number;
  /** From its arrival to this report, in 1/65536 s (DLSR). */
  readonly delaySinceLastSenderReport: number;
}

export interface ReceiverReport {
  readonly type: 'receiver-report';
  readonly ssrc: number;
  readonly reports: readonly ReportBlock[];
}

export interface SenderReport {
  readonly type: 'sender-report';
  readonly ssrc: number;
  readonly ntp: NtpTime;
  readonly rtpTimestamp: number;
  readonly packetCount: number;
  readonly octetCount: number;
  readonly reports: readonly ReportBlock[];
}

export interface Goodbye {
  readonly type: 'goodbye';
  readonly ssrcs: readonly number[];
}

const REPORT_BLOCK_BYTES = 24;

/** RFC 3550, 6.4.2: header, SSRC, report blocks. */
export function parseReceiverReport(packet: DataView): ReceiverReport | undefined {
  const reports = parseReportBlocks(packet, 8);
  return reports && { type: 'receiver-report', ssrc: packet.getUint32(4), reports };
}

/** RFC 3550, 6.4.1: header, SSRC, 20 bytes about the sender, report blocks. */
export function parseSenderReport(packet: DataView): SenderReport | undefined {
  const reports = parseReportBlocks(packet, 28);
  return (
    reports && {
      type: 'sender-report',
      ssrc: packet.getUint32(4),
      ntp: { seconds: packet.getUint32(8), fraction: packet.getUint32(12) },
      rtpTimestamp: packet.getUint32(16),
      packetCount: packet.getUint32(20),
      octetCount: packet.getUint32(24),
      reports,
    }
  );
}

/** RFC 3550, 6.6: header, as many SSRCs as the count says, perhaps a reason. */
export function parseGoodbye(packet: DataView): Goodbye | undefined {
  const count = countField(packet);
  if (packet.byteLength < 4 + count * 4) return undefined;
  return { type: 'goodbye', ssrcs: Array.from({ length: count }, (_, at) => packet.getUint32(4 + at * 4)) };
}

/**
 * Milliseconds from the sender report that `block` answers to `now` and back, less the receiver's own delay
 * (RFC 3550, 6.4.1). `now` is when the block arrived, on the clock of the sender report. Undefined if the receiver has
 * seen no sender report; 0 if the times contradict each other, as they do by rounding on the shortest paths.
 */
export function roundTripTimeMs(block: ReportBlock, now: NtpTime): number | undefined {
  if (block.lastSenderReport === 0) return undefined;
  const units = (ntpMiddleBits(now) - block.lastSenderReport - block.delaySinceLastSenderReport) | 0;
  return (Math.max(units, 0) / 65536) * 1000;
}

/** The five bits beside version and padding: RC, SC or FMT. */
export function countField(packet: DataView): number {
  return packet.getUint8(0) & 0x1f;
}

/**
 * ```
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                             SSRC                              |
 * | fraction lost |       cumulative number of packets lost       |
 * |           extended highest sequence number received           |
 * |                            jitter                             |
 * |                         last SR (LSR)                         |
 * |                   delay since last SR (DLSR)                  |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * ```
 */
function parseReportBlocks(packet: DataView, start: number): ReportBlock[] | undefined {
  const count = countField(packet);
  if (packet.byteLength < start + count * REPORT_BLOCK_BYTES) return undefined;
  return Array.from({ length: count }, (_, block) => {
    const at = start + block * REPORT_BLOCK_BYTES;
    return {
      ssrc: packet.getUint32(at),
      fractionLost: packet.getUint8(at + 4) / 256,
      cumulativeLost: (packet.getInt32(at + 4) << 8) >> 8,
      highestSequence: packet.getUint32(at + 8),
      jitter: packet.getUint32(at + 12),
      lastSenderReport: packet.getUint32(at + 16),
      delaySinceLastSenderReport: packet.getUint32(at + 20),
    };
  });
}
