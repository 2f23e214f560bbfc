/**
 * Writes the rooms' events to the log: a line for each change of life, and for refusals, which a peer can cause
 * by the thousand, their number by code once a minute. Never what a peer sent (SPEC.md, ERR4).
 */
import type { ErrorCode } from '@perch/protocol';
import type { Logger } from 'pino';
import type { RoomEvent } from '../domain/room-event.ts';
import type { Cancel, Scheduler } from '../domain/scheduler.ts';
import { shortViewerId } from '../domain/viewer-id.ts';

export const REFUSAL_SUMMARY_MS = 60 * 1000;

export class RoomLog {
  readonly #log: Logger;
  readonly #stop: Cancel;
  #refusals = new Map<ErrorCode, number>();

  constructor(log: Logger, scheduler: Scheduler) {
    this.#log = log;
    this.#stop = scheduler.every(REFUSAL_SUMMARY_MS, () => this.#summarise());
  }

  readonly report = (event: RoomEvent): void => {
    switch (event.type) {
      case 'broadcaster-registered':
        this.#log.info({ stream: event.streamId, replaced: event.replaced }, 'broadcaster registered');
        return;
      case 'broadcaster-left':
        this.#log.info({ stream: event.streamId }, 'broadcaster left');
        return;
      case 'viewer-joined': {
        const viewer = shortViewerId(event.viewerId);
        this.#log.info({ stream: event.streamId, viewer, resumed: event.resumed }, 'viewer joined');
        return;
      }
      case 'viewer-left':
        this.#log.info({ stream: event.streamId, viewer: shortViewerId(event.viewerId) }, 'viewer left');
        return;
      case 'refused':
        this.#refusals.set(event.code, (this.#refusals.get(event.code) ?? 0) + 1);
        return;
    }
  };

  close(): void {
    this.#stop();
    this.#summarise();
  }

  #summarise(): void {
    if (this.#refusals.size === 0) return;
    this.#log.info({ refusals: Object.fromEntries(this.#refusals) }, 'messages refused');
    this.#refusals = new Map();
  }
}
