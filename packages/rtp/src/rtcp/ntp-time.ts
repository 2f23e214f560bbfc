/** NTP timestamps as RTCP uses them (RFC 3550, section 4): seconds since 1900 and a fraction, 32 bits each. */

/** From 1 January 1900 to 1 January 1970. */
const UNIX_EPOCH_SECONDS = 2_208_988_800;
const TWO_TO_32 = 2 ** 32;

/** Both are whole numbers from 0 to 2^32 - 1; the seconds wrap in 2036. `fraction` is in 2^-32 s. */
export interface NtpTime {
  readonly seconds: number;
  readonly fraction: number;
}

/** `unixMs` may have a fraction. */
export function ntpTimeOf(unixMs: number): NtpTime {
  const wholeSeconds = Math.floor(unixMs / 1000);
  const fraction = Math.floor(((unixMs - wholeSeconds * 1000) / 1000) * TWO_TO_32);
  return { seconds: (wholeSeconds + UNIX_EPOCH_SECONDS) >>> 0, fraction };
}

/** Milliseconds since 1970, with a fraction. Seconds below 2^31 are after 2036 (RFC 4330, section 3). */
export function unixMsOfNtp(ntp: NtpTime): number {
  const era = ntp.seconds < 2 ** 31 ? TWO_TO_32 : 0;
  return (era + ntp.seconds - UNIX_EPOCH_SECONDS + ntp.fraction / TWO_TO_32) * 1000;
}

/** The middle 32 bits, in 1/65536 s: how report blocks name a sender report (RFC 3550, 6.4.1, LSR). */
export function ntpMiddleBits(ntp: NtpTime): number {
  return (((ntp.seconds & 0xffff) << 16) | (ntp.fraction >>> 16)) >>> 0;
}
