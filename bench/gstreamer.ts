/** Finds GStreamer's webrtcbin with its Python bindings, or installs the distribution's (Debian and its kin). */
import { execFileSync } from 'node:child_process';
import { PYTHON } from './senders/sender.ts';

/** What webrtcbin.py uses: webrtcbin, DTLS and SRTP are in "bad", RTP in "good", ICE in "nice", x264enc in "ugly". */
const PACKAGES = [
  ...['gstreamer1.0-plugins-base', 'gstreamer1.0-plugins-good', 'gstreamer1.0-plugins-bad'],
  ...['gstreamer1.0-plugins-ugly', 'gstreamer1.0-nice', 'python3-gst-1.0', 'gir1.2-gst-plugins-bad-1.0'],
];

const INSTALL = ['install', '-y', '--no-install-recommends', ...PACKAGES];

/** Exits with an error unless all parts are there; prints GStreamer's version. */
const LOOK = `
import gi
for name in ("Gst", "GstSdp", "GstWebRTC"):
    gi.require_version(name, "1.0")
from gi.repository import Gst, GstSdp, GstWebRTC
Gst.init(None)
for name in ("webrtcbin", "nicesrc", "srtpenc", "dtlssrtpenc", "rtph264pay", "h264parse", "x264enc"):
    assert Gst.ElementFactory.find(name), name
print(Gst.version_string())
`;

/** The version, for example "GStreamer 1.22.0". Throws, with the line to type, where there is none to be had. */
export function provideGstreamer(): string {
  const found = version();
  if (found !== undefined) return found;
  if (process.getuid?.() !== 0) {
    throw new Error(
      `no webrtcbin with its Python bindings was found; type: sudo apt-get ${INSTALL.join(' ')}`,
    );
  }
  console.error(`no webrtcbin found; installing the distribution's: apt-get ${INSTALL.join(' ')}`);
  for (const step of [['update'], INSTALL]) {
    execFileSync('apt-get', ['-qq', ...step], { stdio: ['ignore', 'ignore', 'inherit'] });
  }
  const installed = version();
  if (installed === undefined)
    throw new Error('the installed GStreamer has no webrtcbin that Python can use');
  return installed;
}

function version(): string | undefined {
  try {
    return execFileSync(PYTHON, ['-c', LOOK], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return undefined;
  }
}
