/** Every setting of every command. The names were given to owners before Perch and stay. */
import { stateSettings, tokenTaskSettings } from './access-settings.ts';
import { cameraSettings } from './camera-settings.ts';
import { limitSettings } from './limit-settings.ts';
import { readToken } from './read-access.ts';
import {
  hideUrlSecrets,
  readCredential,
  readHost,
  readLogLevel,
  readMaxViewers,
  readOrigins,
  readPlayoutDelay,
  readPort,
  readProxies,
  readSignalingUrl,
  readStreamId,
  readSwitch,
  readTurnTtl,
  readTurnUrls,
} from './read-value.ts';
import { type CommandSettings, LOG_LEVELS, setting } from './setting.ts';

export const DEFAULT_STREAM_ID = 'pi-camera-stream';

const port = setting({
  flag: '--port',
  placeholder: 'number',
  env: 'PORT',
  summary: 'TCP port for the page and the WebSocket; 0 takes a free one',
  fallback: '8080',
  read: readPort,
});

const host = setting({
  flag: '--host',
  placeholder: 'address',
  env: 'HOST',
  summary: 'address to listen on; 0.0.0.0 is all of them',
  fallback: '0.0.0.0',
  read: readHost,
});

const logLevel = setting({
  flag: '--log-level',
  placeholder: 'level',
  env: 'LOG_LEVEL',
  summary: LOG_LEVELS.join(', '),
  fallback: 'info',
  read: readLogLevel,
});

const allowOrigin = setting({
  flag: '--allow-origin',
  placeholder: 'urls',
  env: 'PERCH_ALLOW_ORIGIN',
  summary: 'web pages elsewhere that may use the server, with commas; * is all',
  fallback: '',
  read: readOrigins,
});

export const serveSettings = {
  port,
  host,
  ...stateSettings,
  cloudflareTurnId: setting({
    env: 'CLOUDFLARE_TURN_ID',
    summary: "the TURN key's id, from Cloudflare's dashboard",
    fallback: '',
    read: readCredential,
  }),
  cloudflareTurnToken: setting({
    env: 'CLOUDFLARE_TURN_TOKEN',
    summary: "the TURN key's API token",
    fallback: '',
    read: readCredential,
    secret: true,
  }),
  turnSecret: setting({
    env: 'TURN_SECRET',
    summary: "your own TURN server's secret: static-auth-secret",
    fallback: '',
    read: readCredential,
    secret: true,
  }),
  turnUrls: setting({
    env: 'TURN_URLS',
    summary: 'where it is, with commas: turn:203.0.113.7:3478',
    fallback: '',
    read: readTurnUrls,
  }),
  turnUsername: setting({
    env: 'TURN_USERNAME',
    summary: 'its user, where it knows no secret but fixed users',
    fallback: '',
    read: readCredential,
  }),
  turnPassword: setting({
    env: 'TURN_PASSWORD',
    summary: "that user's password, the same for every viewer",
    fallback: '',
    read: readCredential,
    secret: true,
  }),
  turnTtl: setting({
    env: 'TURN_TTL',
    summary: "seconds for which a viewer's TURN login is good",
    fallback: '600',
    read: readTurnTtl,
  }),
  allowOrigin,
  trustProxy: setting({
    flag: '--trust-proxy',
    placeholder: 'addresses',
    env: 'PERCH_TRUST_PROXY',
    summary: 'proxies before the server, with commas: loopback, 10.0.0.0/8',
    fallback: '',
    read: readProxies,
  }),
  metricsToken: setting({
    env: 'METRICS_TOKEN',
    summary: 'bearer token for /metrics from another machine',
    fallback: '',
    read: readCredential,
    secret: true,
  }),
  ...limitSettings,
  open: setting({
    flag: '--open',
    summary: 'no tokens: let anyone publish and watch',
    fallback: 'false',
    read: readSwitch,
  }),
  logLevel,
} as const satisfies CommandSettings;

export const tokenSettings = {
  ...tokenTaskSettings,
  ...stateSettings,
  logLevel,
} as const satisfies CommandSettings;

export const streamSettings = {
  signalingUrl: setting({
    flag: '--signaling-url',
    placeholder: 'url',
    env: 'SIGNALING_SERVER',
    summary: 'the server that "perch serve" runs',
    fallback: 'ws://localhost:8080',
    read: readSignalingUrl,
    show: hideUrlSecrets,
  }),
  streamId: setting({
    flag: '--stream-id',
    placeholder: 'name',
    env: 'STREAM_ID',
    summary: "the stream's name, as in /watch/<name>",
    fallback: DEFAULT_STREAM_ID,
    read: readStreamId,
  }),
  token: setting({
    env: 'PERCH_TOKEN',
    summary: 'what "perch token --publish" printed on the server',
    fallback: '',
    read: readToken,
    secret: true,
  }),
  ...cameraSettings,
  playoutDelay: setting({
    flag: '--playout-delay',
    placeholder: 'ms',
    env: 'PLAYOUT_DELAY',
    summary: 'how long viewers hold a picture back for smoothness; 0 is at once',
    fallback: '0',
    read: readPlayoutDelay,
  }),
  stats: setting({
    flag: '--stats',
    summary: 'print a line for each viewer every two seconds',
    fallback: 'false',
    read: readSwitch,
  }),
  maxViewers: setting({
    flag: '--max-viewers',
    placeholder: 'number',
    env: 'MAX_VIEWERS',
    summary: 'how many may watch at once',
    fallback: '20',
    read: readMaxViewers,
  }),
  list: setting({
    flag: '--list',
    summary: 'show the cameras and encoders of this machine, then end',
    fallback: 'false',
    read: readSwitch,
  }),
  logLevel,
} as const satisfies CommandSettings;

/** A demo speaks through its box: it logs only what is wrong, unless asked. */
export const demoSettings = {
  port,
  host,
  allowOrigin,
  logLevel: setting({ ...logLevel, fallback: 'warn' }),
} as const satisfies CommandSettings;
