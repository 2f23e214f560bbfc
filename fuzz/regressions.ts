import { OFFER } from './decoders/sdp-grammar.ts';

/**
 * Inputs that broke a decoder once: `npm run fuzz` writes each into fuzz/failures/ as text or hexadecimal digits. Put
 * it here under the decoder's name with the fix; the test run tries it for ever after.
 */
export const REGRESSIONS: Readonly<Record<string, readonly (string | Uint8Array)[]>> = {
  // A NACK whose padding leaves half of an entry.
  rtcp: [Uint8Array.of(0xa1, 205, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 9, 0, 2)],
  // The attribute's name alone, where the section before has its value.
  'viewer-offer': [OFFER.replace(/a=fingerprint:[^\r]*\r\n(a=setup:actpass\r\n)$/u, 'a=fingerprint\r\n$1')],
};
