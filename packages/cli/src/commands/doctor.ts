/** `perch doctor`: walks from here to the server and through its TURN, and says what to do where it gets stuck. */
import { type IceServer, oneLine } from '@perch/protocol';
import { CommandFailure, EXIT } from '../command-failure.ts';
import { failed, formatStep, type Outcome, ok, skipped } from '../doctor/step.ts';
import { readTarget, type Target } from '../doctor/target.ts';
import { walk } from '../doctor/walk.ts';
import { askLine } from '../input.ts';
import type { Output } from '../output.ts';
import { doctorSettings } from '../settings/doctor-settings.ts';
import type { Command } from './command.ts';

/** ICE tries for longer; a relay that works does so within a second or two. */
const RELAY_WITHIN_MS = 10_000;

export const doctor: Command<typeof doctorSettings> = {
  name: 'doctor',
  summary: 'find out why there is no picture: walk the whole way to the server and TURN',
  settings: doctorSettings,
  closeWithinMs: 500,
  moreHelp: `Run it where it does not work: on the Pi, or on a viewer's network. It joins the
stream as a viewer does, and leaves at once. It ends with 1 when a step fails.

Examples:
  perch doctor --link
  perch doctor --server ws://203.0.113.7:8080
  PERCH_TOKEN=... perch doctor --server https://cam.example.com`,

  async run({ server, link, streamId, token }, { output }) {
    const target = link ? await askLink(output) : server;
    const failures = await walk({
      target,
      streamId: target.streamId ?? streamId,
      token: target.token ?? (token === '' ? undefined : token),
      tryRelay: relayOutcome,
      nowMs: () => performance.now(),
      report: (step) => output.out(formatStep(step)),
    });
    if (failures === 0) return;
    throw new CommandFailure(failures === 1 ? 'one step failed' : `${failures} steps failed`, EXIT.failed);
  },
};

/** A link has its token in it, so it is typed, or comes through a pipe: others can see the command line. */
async function askLink(output: Output): Promise<Target> {
  const line = await askLine('Paste the link, and press Enter: ', output);
  const read = readTarget(line ?? '');
  if (!read.ok) throw new CommandFailure(`the link ${read.reason}`, EXIT.usage);
  return read.value;
}

/** The native library may not be there on a viewer's computer; what it adds is left out then. */
async function relayOutcome(iceServers: readonly IceServer[]): Promise<Outcome> {
  let tryRelay: typeof import('@perch/streamer').tryRelay;
  try {
    ({ tryRelay } = await import('@perch/streamer'));
  } catch (error) {
    return skipped(`the video libraries can't be loaded here: ${oneLine(error)}`);
  }
  const trial = await tryRelay(iceServers, RELAY_WITHIN_MS);
  switch (trial.kind) {
    case 'passed':
      return ok(`data goes through the relay, by ${trial.address}`);
    case 'no-relay':
      return failed(
        "the streamer's library gets no relay, although an allocation worked",
        'try again; if it stays so, please tell us, with what is above',
      );
    case 'nothing-passed':
      return failed(
        `the relay ${trial.address} passes nothing on`,
        "open the relay's UDP ports (min-port to max-port in turnserver.conf, 49152 to 65535 if not set), at the provider and with ufw",
        "coturn's denied-peer-ip must not hold its own address",
      );
  }
}
