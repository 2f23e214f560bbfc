/** `perch stream`: the camera's side, on the Raspberry Pi. */
import { streamSettings } from '../settings/tables.ts';
import type { Command } from './command.ts';
import { openStreamer } from './parts.ts';

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
  test          a moving test picture with a clock, needs no camera
  test:grain    the same with so much grain that it fills any --bitrate
  exec:COMMAND  any program that writes H.264 (Annex B) to its standard output
  file:PATH     a video file, over and over

Examples:
  perch stream --signaling-url ws://203.0.113.7:8080
  perch stream --stream-id garden --width 1920 --height 1080 --bitrate 4M
  perch stream --source test`,

  async run(values, { lifetime, log }) {
    const { signalingUrl, streamId, width, height, source } = values;
    const streamer = await lifetime.own(
      openStreamer({
        signalingUrl,
        streamId,
        source,
        width,
        height,
        framesPerSecond: values.fps,
        bitsPerSecond: values.bitrate,
        maxViewers: values.maxViewers,
        log,
      }),
    );
    await Promise.race([streamer.ended, lifetime.endAsked]);
  },
};
