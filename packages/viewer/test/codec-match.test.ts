import { expect, test } from 'vitest';
import { offeredVideoCodecs, takesVideo } from '../src/domain/codec-match.ts';

const sdp = (...lines: string[]) => ['v=0', 's=-', 't=0 0', ...lines, ''].join('\r\n');

test('the codecs of the video are named once, without those that only serve others', () => {
  const offer = sdp(
    'm=audio 9 UDP/TLS/RTP/SAVPF 111',
    'a=rtpmap:111 opus/48000/2',
    'm=video 9 UDP/TLS/RTP/SAVPF 102 103 104 105',
    'a=rtpmap:102 H265/90000',
    'a=rtpmap:103 rtx/90000',
    'a=rtpmap:104 H265/90000',
    'a=rtpmap:105 VP9/90000',
  );
  expect(offeredVideoCodecs(offer)).toEqual(['H265', 'VP9']);
});

test('an answer takes the video where one section of it has a port', () => {
  expect(takesVideo(sdp('m=video 9 UDP/TLS/RTP/SAVPF 102'))).toBe(true);
  expect(takesVideo(sdp('m=audio 9 UDP/TLS/RTP/SAVPF 111', 'm=video 0 UDP/TLS/RTP/SAVPF 102'))).toBe(false);
  expect(takesVideo(sdp('m=video 0 UDP/TLS/RTP/SAVPF 102', 'm=video 9 UDP/TLS/RTP/SAVPF 96'))).toBe(true);
  expect(takesVideo(sdp('m=audio 9 UDP/TLS/RTP/SAVPF 111'))).toBe(false);
});
