/** The settings of `perch doctor`. On the Pi it finds all of them in the settings of `perch stream`. */
import { hideTargetSecrets, readTarget } from '../doctor/target.ts';
import { readCredential, readStreamId, readSwitch } from './read-value.ts';
import { type CommandSettings, setting } from './setting.ts';
import { DEFAULT_STREAM_ID, serveSettings } from './tables.ts';

export const doctorSettings = {
  server: setting({
    flag: '--server',
    placeholder: 'url',
    env: 'SIGNALING_SERVER',
    summary: "the server's address",
    fallback: 'ws://localhost:8080',
    read: readTarget,
    show: hideTargetSecrets,
  }),
  link: setting({
    flag: '--link',
    summary: 'ask for the link to a stream, and take server, stream and token from it',
    fallback: 'false',
    read: readSwitch,
  }),
  streamId: setting({
    flag: '--stream-id',
    placeholder: 'name',
    env: 'STREAM_ID',
    summary: 'the stream, where no link names one',
    fallback: DEFAULT_STREAM_ID,
    read: readStreamId,
  }),
  token: setting({
    env: 'PERCH_TOKEN',
    summary: 'what "perch token" made, where no link has one',
    fallback: '',
    read: readCredential,
    secret: true,
  }),
  logLevel: setting({ ...serveSettings.logLevel, fallback: 'warn' }),
} as const satisfies CommandSettings;
