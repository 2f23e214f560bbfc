/** The settings of tokens: where they are kept, and what `perch token` is to do. */
import { homedir } from 'node:os';
import {
  readLifetime,
  readPublicUrl,
  readStateDirectory,
  readStreamIdOrNone,
  readTokenName,
} from './read-access.ts';
import { readSwitch } from './read-value.ts';
import { type SettingTable, setting } from './setting.ts';
import { defaultStateDirectory, STATE_DIRECTORY_WORDS } from './state-directory.ts';

/** Those that `perch serve` and `perch token` must agree on. */
export const stateSettings = {
  stateDir: setting({
    flag: '--state-dir',
    placeholder: 'folder',
    env: 'PERCH_STATE_DIR',
    summary: 'where secret and tokens are kept',
    fallback: STATE_DIRECTORY_WORDS,
    fallbackFrom: (environment) =>
      defaultStateDirectory(environment, { uid: process.getuid?.(), home: homedir() }),
    read: readStateDirectory,
  }),
  publicUrl: setting({
    flag: '--public-url',
    placeholder: 'url',
    env: 'PERCH_PUBLIC_URL',
    summary: 'how browsers reach the server, for the links that are printed',
    fallback: '',
    read: readPublicUrl,
  }),
} as const satisfies SettingTable;

export const tokenTaskSettings = {
  publish: setting({
    flag: '--publish',
    placeholder: 'stream',
    summary: 'make a token to publish this stream',
    fallback: '',
    read: readStreamIdOrNone,
  }),
  view: setting({
    flag: '--view',
    placeholder: 'stream',
    summary: 'make a link to watch this stream',
    fallback: '',
    read: readStreamIdOrNone,
  }),
  share: setting({
    flag: '--share',
    summary: 'with --view: who has it may make links of their own, for 7 days at most',
    fallback: 'false',
    read: readSwitch,
  }),
  expires: setting({
    flag: '--expires',
    placeholder: 'time',
    summary: 'how long it is good: 30m, 24h, 7d',
    fallback: '',
    read: readLifetime,
  }),
  name: setting({
    flag: '--name',
    placeholder: 'name',
    summary: 'what to call it, such as "Grandma"',
    fallback: '',
    read: readTokenName,
  }),
  list: setting({
    flag: '--list',
    summary: 'show all tokens by name',
    fallback: 'false',
    read: readSwitch,
  }),
  show: setting({
    flag: '--show',
    placeholder: 'name',
    summary: 'print a token again',
    fallback: '',
    read: readTokenName,
  }),
  revoke: setting({
    flag: '--revoke',
    placeholder: 'name',
    summary: 'take a token back; who uses it is put out at once',
    fallback: '',
    read: readTokenName,
  }),
} as const satisfies SettingTable;
