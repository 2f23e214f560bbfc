/**
 * A camera in the network, by RTSP (RFC 2326) over TCP: what arrives is whole and in order. The address may hold a
 * password, so errors and logs name the host alone.
 */
import { type InputAddress, VideoInput } from './video-input.ts';

/** A camera that is asleep, or a host that is not there. */
const CONNECT_WITHIN_MS = 10_000;

/** TCP over Wi-Fi stalls for seconds and goes on; connecting again takes as long. */
const SILENT_AFTER_MS = 5_000;

/** Enough to tell what a stream is, where its description does not. */
const ANALYZE_SECONDS = 1;

export function rtspAddress(url: string): InputAddress {
  return {
    url,
    format: 'rtsp',
    options: {
      rtsp_transport: 'tcp',
      allowed_media_types: 'video',
      timeout: String(CONNECT_WITHIN_MS * 1000),
      analyzeduration: String(ANALYZE_SECONDS * 1_000_000),
      fflags: 'nobuffer',
    },
    probed: true,
    silentAfterMs: SILENT_AFTER_MS,
    name: `the camera at ${hostOf(url)}`,
    remedy: 'check the address, with user and password, in a player such as VLC',
  };
}

export function openRtsp(url: string): Promise<VideoInput> {
  return VideoInput.open(rtspAddress(url), CONNECT_WITHIN_MS);
}

/** An `@` behind the host may end a password with a slash in it, of which the host then is the first part. */
function hostOf(url: string): string {
  const [, host] = /^rtsps?:\/\/(?:[^/?#]*@)?([^@/?#]+)(?:[/?#][^@]*)?$/iu.exec(url) ?? [];
  return host ?? 'that address';
}
