/** Refusals over HTTP, as a program and a person can read them (RFC 9457). */
import { STATUS_CODES } from 'node:http';
import { type ErrorCode, type Refusal, refuse } from '@perch/protocol';
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { RefusedRequest, RoomEvent } from '../../domain/room-event.ts';

const STATUSES: Readonly<Partial<Record<ErrorCode, number>>> = {
  'too-large': 413,
  'bad-message': 400,
  'bad-sdp': 400,
  'bad-candidate': 400,
  'bad-stream-id': 404,
  'stream-not-available': 503,
  'token-missing': 401,
  'token-invalid': 401,
  'token-expired': 401,
  'token-revoked': 401,
  forbidden: 403,
  'rate-limited': 429,
  'too-many-connections': 429,
  'too-many-streams': 503,
  'too-many-viewers': 503,
  'not-acceptable': 422,
};

export const PROBLEM_JSON = 'application/problem+json';

/** A refusal of an unknown kind is most often one that passes. */
const OTHER_STATUS = 503;

/** LIMIT5. */
export const TOO_MANY_REQUESTS = refuse(
  'rate-limited',
  'too many requests from this address; come back in a moment',
);

/** Soon enough for a camera that restarts, seldom enough for one that stays away. */
const RETRY_AFTER_SECONDS = 5;

export function statusOf({ code }: Refusal): number {
  return STATUSES[code] ?? OTHER_STATUS;
}

/** Answers a refusal; `status` is that of its code unless given. */
export type AnswerRefusal = (refusal: Refusal, status?: number) => Response;

/** Counts what it answers, as refusals of `request`. */
export function counting(report: (event: RoomEvent) => void, request: RefusedRequest): AnswerRefusal {
  return (refusal, status) => {
    report({ type: 'refused', code: refusal.code, request });
    return problem(refusal, status);
  };
}

function problem(refusal: Refusal, status = statusOf(refusal)): Response {
  const headers = { 'Content-Type': PROBLEM_JSON, ...refusalHeaders(status) };
  return new Response(problemText(refusal, status), { status, headers });
}

/** Answers a refusal as clients read it that know no `detail`. */
export function plainProblem(
  context: Context,
  { code, reason }: Pick<Refusal, 'code' | 'reason'>,
  status: number,
): Response {
  return context.json({ error: reason, code }, status as ContentfulStatusCode, refusalHeaders(status));
}

/** What a status asks for (RFC 9110, sections 11.6.1 and 10.2.3). */
function refusalHeaders(status: number): Record<string, string> {
  return {
    'Cache-Control': 'no-store',
    ...(status === 401 && { 'WWW-Authenticate': 'Bearer' }),
    ...((status === 429 || status === 503) && { 'Retry-After': String(RETRY_AFTER_SECONDS) }),
  };
}

/** The body, for who has no Response to put it into. */
export function problemText({ code, reason }: Refusal, status: number): string {
  const body = { title: STATUS_CODES[status] ?? 'Error', status, detail: reason, code };
  return `${JSON.stringify(body)}\n`;
}

/** `header` names the one that says what is taken: Accept-Post or Accept-Patch. */
export function wrongType(answer: AnswerRefusal, type: string, header: string): Response {
  const response = answer(refuse('refused', `what is taken here is ${type}`), 415);
  response.headers.set(header, type);
  return response;
}

export function wrongMethod(answer: AnswerRefusal, allowed: string): Response {
  const response = answer(refuse('refused', `the methods here are ${allowed}`), 405);
  response.headers.set('Allow', allowed);
  return response;
}
