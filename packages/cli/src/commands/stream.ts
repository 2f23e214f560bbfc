/** `perch stream`: the camera's side, on the Raspberry Pi. */
import { streamSettings } from '../settings/tables.ts';
import type { Command } from './command.ts';
import { formatDevices } from './format-devices.ts';
import { listDevices, openStreamer } from './parts.ts';
import { ViewerLines } from './viewer-lines.ts';

/** As often as a person reads along. */
const STATS_INTERVAL_MS = 2_000;

export const stream: Command<typeof streamSettings> = {
  name: 'stream',
  summary: 'send a camera to the server, on the Raspberry Pi',
  settings: streamSettings,
  // A camera program is told to end and needs a moment; leaving it behind would keep the camera busy.
  closeWithinMs: 5000,
  moreHelp: `Kinds of source:
  auto          the Pi's camera; where there is none, an error that says what
                was looked for
  rpicam        the Pi's camera through rpicam-vid (or the older libcamera-vid)
  v4l2:DEVICE   a USB camera, such as v4l2:/dev/video0
  rtsp://...    a camera in the network, with user and password in the address
                (better in CAMERA_SOURCE than in the process list)
  test          a moving test picture with a clock, needs no camera
  test:grain    the same with so much grain that it fills any --bitrate
  exec:COMMAND  any program that writes H.264 (Annex B) to its standard output
  file:PATH     a video file, over and over

Encoders:
  auto          what fits source and machine; the log says which, and why
  copy          none: H.264 as the camera or program sends it, rate fixed
  rpicam        rpicam-vid's own, at a fixed rate
  v4l2m2m       the hardware of a Pi before the Pi 5, rate in coarse steps
  x264          the processor, rate as each viewer's path carries it

Settings of the camera go to rpicam-vid. --rotation, --hflip and --vflip are
also for v4l2:, rtsp: and file:, which are encoded again then.

Examples:
  perch stream --signaling-url ws://203.0.113.7:8080
  perch stream --stream-id garden --width 1920 --height 1080 --bitrate 4M
  perch stream --source test
  perch stream --source rtsp://user:password@192.168.1.20/stream1
  perch stream --rotation 180 --rpicam-args "--sharpness 1.5 --denoise cdn_off"
  perch stream --list`,

  async run(values, { lifetime, log, output }) {
    if (values.list) {
      output.out(formatDevices(await listDevices()));
      return;
    }
    const { signalingUrl, streamId, width, height, source, encoder } = values;
    const { rotation, hflip, vflip, autofocusMode, exposure, awb, rpicamArgs } = values;
    const streamer = await lifetime.own(
      openStreamer({
        signalingUrl,
        streamId,
        token: values.token === '' ? undefined : values.token,
        source,
        encoder,
        camera: { rotation, hflip, vflip, autofocusMode, exposure, awb, rpicamArgs },
        width,
        height,
        framesPerSecond: values.fps,
        bitsPerSecond: values.bitrate,
        maxViewers: values.maxViewers,
        playoutDelayMs: values.playoutDelay,
        log,
      }),
    );
    if (values.stats) {
      const table = new ViewerLines();
      const timer = setInterval(
        () => output.out(table.format(streamer.stats(), performance.now())),
        STATS_INTERVAL_MS,
      );
      await lifetime.own(Promise.resolve({ close: () => clearInterval(timer) }));
    }
    await Promise.race([streamer.ended, lifetime.endAsked]);
  },
};
