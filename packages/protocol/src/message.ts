/**
 * The messages of the signaling WebSocket: one JSON object a text frame. SPEC.md gives their meaning.
 * Field names are snake_case or WebRTC's own, as peers in the field already send them; unknown fields are dropped.
 */
import * as v from 'valibot';
import { checkRelayableCandidate, checkRelayableSdp } from './description.ts';
import { IceServersSchema } from './ice-server.ts';
import {
  MAX_ERROR_MESSAGE_CHARS,
  MAX_PICTURE_SIDE,
  MAX_SDP_MID_CHARS,
  MAX_SNAPSHOT_BYTES,
  MAX_SNAPSHOT_SIDE,
  MAX_STREAM_ID_CHARS,
  MAX_TOKEN_CHARS,
  MAX_VIEWER_ID_CHARS,
} from './limits.ts';

/** Names a stream. Any text a person may type, but no control, format or unpaired surrogate characters. */
const STREAM_ID = /^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+$/u;

const StreamId = v.pipe(
  v.string(),
  v.nonEmpty('is empty'),
  v.maxLength(MAX_STREAM_ID_CHARS, `is longer than ${MAX_STREAM_ID_CHARS} characters`),
  v.regex(STREAM_ID, 'holds control characters'),
  v.check((id) => id.trim() === id, 'starts or ends with a space'),
);

const ViewerId = v.pipe(
  v.string(),
  v.regex(/^[\w-]+$/u, 'holds more than letters, digits, - and _'),
  v.maxLength(MAX_VIEWER_ID_CHARS),
);

/** A viewer's id or, from old viewers, the stream's. */
const Address = v.pipe(v.string(), v.nonEmpty('is empty'), v.maxLength(MAX_STREAM_ID_CHARS));

const Sdp = v.pipe(
  v.string(),
  v.check(
    (sdp) => checkRelayableSdp(sdp) === undefined,
    (issue) => checkRelayableSdp(issue.input)?.reason ?? '',
  ),
);

const Candidate = v.pipe(
  v.string(),
  v.check(
    (candidate) => checkRelayableCandidate(candidate) === undefined,
    (issue) => checkRelayableCandidate(issue.input)?.reason ?? '',
  ),
);

/** Names one request for a still picture. */
const SnapshotId = v.pipe(v.string(), v.regex(/^[\w-]{1,64}$/u, 'is not up to 64 letters, digits, - and _'));

/** In base64 (RFC 4648, section 4), four characters for three bytes. */
const JpegText = v.pipe(
  v.string(),
  v.maxLength((MAX_SNAPSHOT_BYTES / 3) * 4, `is more than ${MAX_SNAPSHOT_BYTES} bytes`),
  v.regex(/^[A-Za-z\d+/]+={0,2}$/u, 'is not base64'),
  v.check((text) => text.length % 4 === 0, 'is not base64'),
);

/** With sentences of its own: the library's repeat the number (SPEC.md, ERR4). */
function wholeNumber(min: number, max: number) {
  const sentence = `is not a whole number from ${min} to ${max}`;
  return v.pipe(v.number(), v.integer(sentence), v.minValue(min, sentence), v.maxValue(max, sentence));
}

const candidateFields = {
  candidate: Candidate,
  sdpMid: v.exactOptional(v.nullable(v.pipe(v.string(), v.maxLength(MAX_SDP_MID_CHARS)))),
  sdpMLineIndex: v.exactOptional(v.nullable(wholeNumber(0, 255))),
};

/** One of a set that grows. */
const Word = v.pipe(v.string(), v.regex(/^[a-z-]{1,64}$/u, 'is not a word of up to 64 lower case letters'));

/** Of the camera's full picture, where it is known (SPEC.md, STATE5). */
const fullSize = {
  width: v.exactOptional(wholeNumber(1, MAX_PICTURE_SIDE)),
  height: v.exactOptional(wholeNumber(1, MAX_PICTURE_SIDE)),
};

const streamState = {
  /** `live`, `camera-restarting`, or one of a newer peer's, which is treated like `live`. */
  state: Word,
  ...fullSize,
};

/** What came of a request for a still picture: the picture, or why there is none. */
const snapshot = {
  id: SnapshotId,
  jpeg: v.exactOptional(JpegText),
  width: v.exactOptional(wholeNumber(1, MAX_SNAPSHOT_SIDE)),
  height: v.exactOptional(wholeNumber(1, MAX_SNAPSHOT_SIDE)),
  /** `no-encoder`, `no-picture`, `failed`, or one of a newer peer's, which is treated like `failed`. */
  reason: v.exactOptional(Word),
};

const errorFields = {
  message: v.pipe(v.string(), v.maxLength(MAX_ERROR_MESSAGE_CHARS)),
  /** One of ERROR_CODES, or one of a newer peer's: read it with toErrorCode. Old servers send none. */
  code: v.exactOptional(v.pipe(v.string(), v.maxLength(64))),
};

/** A right or a session, signed by the server; what is in it concerns nobody else. */
const Token = v.pipe(v.string(), v.regex(/^[\w.-]+$/u, 'is not a token'), v.maxLength(MAX_TOKEN_CHARS));

const iceServers = {
  ice_servers: v.exactOptional(IceServersSchema),
  /** Seconds for which the credentials in it are good. */
  ice_ttl: v.exactOptional(wholeNumber(1, Number.MAX_SAFE_INTEGER)),
  /** Why there is no TURN server among them: one sentence. */
  turn_unavailable: v.exactOptional(v.pipe(v.string(), v.maxLength(MAX_ERROR_MESSAGE_CHARS))),
};

const clientMessages = {
  register: v.object({ type: v.literal('register'), stream_id: StreamId, token: v.exactOptional(Token) }),
  join: v.object({
    type: v.literal('join'),
    stream_id: StreamId,
    token: v.exactOptional(Token),
    viewer_id: v.exactOptional(ViewerId),
    resume_token: v.exactOptional(Token),
  }),
  offer: v.object({ type: v.literal('offer'), to: Address, sdp: Sdp, ...fullSize }),
  answer: v.object({ type: v.literal('answer'), to: Address, sdp: Sdp }),
  'ice-candidate': v.object({ type: v.literal('ice-candidate'), to: Address, ...candidateFields }),
  'stream-state': v.object({ type: v.literal('stream-state'), to: Address, ...streamState }),
  error: v.object({ type: v.literal('error'), to: Address, ...errorFields }),
  'viewer-ended': v.object({ type: v.literal('viewer-ended'), viewer_id: ViewerId }),
  snapshot: v.object({ type: v.literal('snapshot'), ...snapshot }),
  connected: v.object({ type: v.literal('connected'), route: v.picklist(['direct', 'relayed']) }),
  ping: v.object({ type: v.literal('ping') }),
};

const serverMessages = {
  registered: v.object({ type: v.literal('registered'), stream_id: StreamId, ...iceServers }),
  joined: v.object({
    type: v.literal('joined'),
    viewer_id: ViewerId,
    stream_id: StreamId,
    resumed: v.exactOptional(v.boolean()),
    resume_token: v.exactOptional(Token),
    ...iceServers,
  }),
  'ice-servers': v.object({ type: v.literal('ice-servers'), ...iceServers }),
  'viewer-joined': v.object({
    type: v.literal('viewer-joined'),
    viewer_id: ViewerId,
    resumed: v.exactOptional(v.boolean()),
    replaces: v.exactOptional(ViewerId),
    /** The viewer makes the offer, by WHEP; the broadcaster answers it. */
    offers: v.exactOptional(v.boolean()),
    ...iceServers,
  }),
  'viewer-left': v.object({
    type: v.literal('viewer-left'),
    viewer_id: ViewerId,
    gone: v.exactOptional(v.boolean()),
  }),
  'snapshot-wanted': v.object({ type: v.literal('snapshot-wanted'), id: SnapshotId }),
  'broadcaster-joined': v.object({ type: v.literal('broadcaster-joined'), stream_id: StreamId }),
  'broadcaster-left': v.object({ type: v.literal('broadcaster-left') }),
  offer: v.object({ type: v.literal('offer'), from: Address, sdp: Sdp, ...fullSize }),
  answer: v.object({ type: v.literal('answer'), from: Address, sdp: Sdp }),
  'ice-candidate': v.object({ type: v.literal('ice-candidate'), from: Address, ...candidateFields }),
  'stream-state': v.object({ type: v.literal('stream-state'), from: Address, ...streamState }),
  error: v.object({ type: v.literal('error'), from: v.exactOptional(Address), ...errorFields }),
  pong: v.object({ type: v.literal('pong') }),
};

type OutputOf<T extends Record<string, v.GenericSchema>> = { [K in keyof T]: v.InferOutput<T[K]> }[keyof T];

/** What a broadcaster or a viewer sends to the server. */
export type ClientMessage = OutputOf<typeof clientMessages>;

/** What the server sends to a broadcaster or a viewer. */
export type ServerMessage = OutputOf<typeof serverMessages>;

export type ClientMessageOf<T extends ClientMessage['type']> = Extract<ClientMessage, { type: T }>;
export type ServerMessageOf<T extends ServerMessage['type']> = Extract<ServerMessage, { type: T }>;

/** STUN and TURN servers as `registered`, `joined` and `ice-servers` carry them. */
export type IceFields = Omit<ServerMessageOf<'ice-servers'>, 'type'>;

export const clientMessageSchemas: Readonly<Record<string, v.GenericSchema<unknown, ClientMessage>>> =
  clientMessages;
export const serverMessageSchemas: Readonly<Record<string, v.GenericSchema<unknown, ServerMessage>>> =
  serverMessages;
