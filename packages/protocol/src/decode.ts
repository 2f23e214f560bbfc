/** From a text frame to a message that can be trusted in shape, or a refusal. Never throws (SPEC.md, WIRE rules). */
import * as v from 'valibot';
import type { ErrorCode } from './error-code.ts';
import { MAX_MESSAGE_CHARS, MAX_SMALL_MESSAGE_CHARS } from './limits.ts';
import {
  type ClientMessage,
  clientMessageSchemas,
  type ServerMessage,
  serverMessageSchemas,
} from './message.ts';
import { type Result, refuse } from './result.ts';

/** Decodes what a server received. A refusal's code and reason are meant to be sent back. */
export function decodeClientMessage(text: string): Result<ClientMessage> {
  const decoded = decode(text, clientMessageSchemas);
  const small = decoded.ok && !('sdp' in decoded.value) && !('jpeg' in decoded.value);
  if (!small || text.length <= MAX_SMALL_MESSAGE_CHARS) return decoded;
  const what = 'a message without an SDP or a picture';
  return refuse('too-large', `${what} is at most ${MAX_SMALL_MESSAGE_CHARS} characters`);
}

/** Decodes what a client received. An `unknown-type` refusal is to be ignored: the server is newer. */
export function decodeServerMessage(text: string): Result<ServerMessage> {
  return decode(text, serverMessageSchemas);
}

const codeOfField: Readonly<Record<string, ErrorCode>> = {
  stream_id: 'bad-stream-id',
  sdp: 'bad-sdp',
  candidate: 'bad-candidate',
};

function decode<T>(text: string, schemas: Readonly<Record<string, v.GenericSchema<unknown, T>>>): Result<T> {
  if (text.length > MAX_MESSAGE_CHARS) {
    return refuse('too-large', `a message is at most ${MAX_MESSAGE_CHARS} characters`);
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return refuse('bad-json', 'a message is one JSON object');
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    return refuse('bad-json', 'a message is one JSON object');
  }
  const type = (json as { type?: unknown }).type;
  if (typeof type !== 'string') return refuse('unknown-type', 'a message has a type');
  const schema = Object.hasOwn(schemas, type) ? schemas[type] : undefined;
  if (schema === undefined) return refuse('unknown-type', 'this type of message is not known here');

  const parsed = v.safeParse(schema, json, { abortEarly: true, abortPipeEarly: true });
  if (parsed.success) return { ok: true, value: parsed.output };
  const [issue] = parsed.issues;
  const field = String(issue.path?.[0]?.key ?? '');
  const reason = issue.kind === 'schema' ? `must be ${issue.expected ?? 'given'}` : issue.message;
  return refuse(codeOfField[field] ?? 'bad-message', `${type}: ${field} ${reason}`);
}
