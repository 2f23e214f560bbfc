/**
 * Writes what a sender reports: a compound packet of a sender report and a source description with the CNAME
 * (RFC 3550, 6.1, 6.4.1, 6.5.1). Not here: report blocks, since nothing is received.
 */
import type { NtpTime } from './ntp-time.ts';

const SENDER_REPORT_BYTES = 28;
const MAX_CNAME_CHARS = 255;

/** `ntp` and `rtpTimestamp` are the same moment. Counts are since the beginning; they may exceed 32 bits and wrap. */
export interface SenderReportFields {
  readonly ssrc: number;
  readonly ntp: NtpTime;
  readonly rtpTimestamp: number;
  readonly packetCount: number;
  readonly octetCount: number;
  /** Names this end, the same for all its streams: 1 to 255 characters of printable ASCII, better random. */
  readonly cname: string;
}

/**
 * Throws a RangeError for a CNAME that cannot be written.
 * ```
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |V=2|P|  RC=0   |   PT=SR=200   |          length = 6           |
 * |                         SSRC of sender                        |
 * |              NTP timestamp, most significant word             |
 * |             NTP timestamp, least significant word             |
 * |                         RTP timestamp                         |
 * |                     sender's packet count                     |
 * |                      sender's octet count                     |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |V=2|P|  SC=1   |  PT=SDES=202  |             length            |
 * |                          SSRC of sender                       |
 * |    CNAME=1    |     length    | the name, and zero bytes up to
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * ```
 */
export function writeSenderReport(fields: SenderReportFields): Uint8Array {
  const { cname } = fields;
  if (!/^[ -~]+$/u.test(cname) || cname.length > MAX_CNAME_CHARS) {
    throw new RangeError(
      `cname ${JSON.stringify(cname)} is not 1 to ${MAX_CNAME_CHARS} printable ASCII characters`,
    );
  }
  // 6.5: the list of items ends with one zero byte or more, up to the next word.
  const descriptionBytes = 8 + Math.ceil((2 + cname.length + 1) / 4) * 4;
  const bytes = new Uint8Array(SENDER_REPORT_BYTES + descriptionBytes);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, 0x80);
  view.setUint8(1, 200);
  view.setUint16(2, SENDER_REPORT_BYTES / 4 - 1);
  view.setUint32(4, fields.ssrc);
  view.setUint32(8, fields.ntp.seconds);
  view.setUint32(12, fields.ntp.fraction);
  view.setUint32(16, fields.rtpTimestamp);
  view.setUint32(20, fields.packetCount);
  view.setUint32(24, fields.octetCount);

  const at = SENDER_REPORT_BYTES;
  view.setUint8(at, 0x81);
  view.setUint8(at + 1, 202);
  view.setUint16(at + 2, descriptionBytes / 4 - 1);
  view.setUint32(at + 4, fields.ssrc);
  view.setUint8(at + 8, 1);
  view.setUint8(at + 9, cname.length);
  for (let char = 0; char < cname.length; char++) bytes[at + 10 + char] = cname.charCodeAt(char);
  return bytes;
}
