/** Which codecs an offer has, and whether an answer takes its video (RFC 8829, section 5.3.1; RFC 4566). Pure text. */

/** What serves other codecs, and shows nothing by itself. */
const NO_PICTURE = new Set(['rtx', 'red', 'ulpfec', 'flexfec-03', 'flexfec']);

/** The names of an offer's video codecs, each once: `['H264']`. */
export function offeredVideoCodecs(sdp: string): readonly string[] {
  const names = videoSections(sdp).flatMap((section) =>
    [...section.matchAll(/^a=rtpmap:\d+ ([^/\s]+)\//gmu)].map(([, name = '']) => name),
  );
  return [...new Set(names)].filter((name) => !NO_PICTURE.has(name.toLowerCase()));
}

/** A browser that has none of an offer's codecs answers its video with port 0. */
export function takesVideo(answerSdp: string): boolean {
  return videoSections(answerSdp).some((section) => !/^m=video 0 /u.test(section));
}

function videoSections(sdp: string): readonly string[] {
  return sdp.split(/^(?=m=)/mu).filter((section) => section.startsWith('m=video '));
}
