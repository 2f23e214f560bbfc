/** A stream's still picture over HTTP (SPEC.md, SNAP rules): who may have it, and what came of it as status and headers. */
import { type ErrorCode, type Refusal, refuse } from '@perch/protocol';
import type { Context } from 'hono';
import type { Authority } from '../../domain/access/authority.ts';
import type { AddressBook } from '../../domain/limits/address-book.ts';
import type { NoSnapshot, Snapshots } from '../../domain/snapshot/snapshots.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { ClientAddresses } from './client-address.ts';
import type { HttpEnvironment } from './http-environment.ts';
import { plainProblem, statusOf } from './problem.ts';
import { sharedBody } from './shared-body.ts';
import { tokenOf } from './token-of.ts';

export interface SnapshotHandlerComponents {
  readonly snapshots: Pick<Snapshots, 'take'>;
  readonly authority: Pick<Authority, 'check'>;
  readonly addresses: AddressBook;
  readonly clientAddresses: ClientAddresses;
  readonly metrics: Pick<Metrics, 'reportSnapshot'>;
  /** Unix milliseconds. */
  readonly now: () => number;
}

interface Answer extends Pick<Refusal, 'code' | 'reason'> {
  readonly status: number;
}

const ANSWERS: Readonly<Record<NoSnapshot, Answer>> = {
  'no-camera': unavailable('stream-not-available', 'the stream has no camera now; come back in a moment'),
  gone: unavailable('stream-not-available', 'the camera went away; come back in a moment'),
  busy: unavailable('rate-limited', 'the camera is busy; come back later'),
  'no-picture': unavailable('refused', 'the camera gives no picture now; come back in a moment'),
  failed: unavailable('refused', 'the camera could not make a still picture; come back in a moment'),
  'no-encoder': { status: 501, code: 'refused', reason: 'the camera can make no still pictures' },
  broken: { status: 502, code: 'refused', reason: 'what the camera sent is no picture' },
  'no-answer': { status: 504, code: 'refused', reason: 'the camera did not answer in time' },
};

const TOO_MANY = refuse('rate-limited', 'too many still pictures for this address; come back in a moment');

/** To be mounted with the stream's name as `:id`. */
export function snapshotHandler(components: SnapshotHandlerComponents) {
  const { snapshots, authority, addresses, clientAddresses, metrics, now } = components;

  return async (context: Context<HttpEnvironment, '/:id'>): Promise<Response> => {
    const streamId = context.req.param('id');
    const address = addresses.of(clientAddresses.keyOf(context.env.incoming));
    const right = authority.check(tokenOf(context.env.incoming), 'view', streamId);
    const may = right.ok && !address.mayTakeSnapshot() ? TOO_MANY : right;
    if (!may.ok) {
      metrics.reportSnapshot(may.code);
      return plainProblem(context, may, statusOf(may));
    }
    const outcome = await snapshots.take(streamId);
    metrics.reportSnapshot(outcome.result);
    if (outcome.result !== 'taken') {
      const { status, ...why } = ANSWERS[outcome.result];
      return plainProblem(context, why, status);
    }
    const secondsLeft = Math.max(0, Math.ceil((outcome.goodUntilMs - now()) / 1000));
    context.header('Cache-Control', `private, max-age=${secondsLeft}`);
    // The same address with another token is another request.
    context.header('Vary', 'Authorization', { append: true });
    context.header('ETag', outcome.etag);
    if (context.req.header('If-None-Match') === outcome.etag) return context.body(null, 304);
    context.header('Content-Length', String(outcome.jpeg.length));
    return context.body(sharedBody(outcome.jpeg), 200, { 'Content-Type': 'image/jpeg' });
  };
}

function unavailable(code: ErrorCode, reason: string): Answer {
  return { status: 503, code, reason };
}
