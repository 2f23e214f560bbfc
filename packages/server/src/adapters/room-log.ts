/**
 * Writes the rooms' events to the log: a line for each change of life, and for refusals and for guests who were
 * ended, which a peer can cause by the thousand, their number by code once a minute. Never what a peer sent (SPEC.md, ERR4).
 */
import type { Logger } from 'pino';
import type { EventCode, RoomEvent } from '../domain/room-event.ts';
import type { Cancel, Scheduler } from '../domain/scheduler.ts';
import { shortViewerId } from '../domain/viewer-id.ts';

const REFUSAL_SUMMARY_MS = 60 * 1000;

export class RoomLog {
  readonly #log: Logger;
  readonly #stop: Cancel;
  #refusals = new Map<EventCode, number>();

  constructor(log: Logger, scheduler: Scheduler) {
    this.#log = log;
    this.#stop = scheduler.every(REFUSAL_SUMMARY_MS, () => this.#summarise());
  }

  readonly report = (event: RoomEvent): void => {
    switch (event.type) {
      case 'broadcaster-registered': {
        const { connection, streamId: stream, replaced } = event;
        this.#log.info({ connection, stream, replaced }, 'broadcaster registered');
        return;
      }
      case 'broadcaster-left':
        this.#log.info({ connection: event.connection, stream: event.streamId }, 'broadcaster left');
        return;
      case 'viewer-joined': {
        const { connection, streamId: stream, resumed } = event;
        this.#log.info(
          { connection, stream, viewer: shortViewerId(event.viewerId), resumed },
          'viewer joined',
        );
        return;
      }
      case 'viewer-left': {
        const { connection, streamId: stream } = event;
        this.#log.info({ connection, stream, viewer: shortViewerId(event.viewerId) }, 'viewer left');
        return;
      }
      case 'ended': {
        const { connection, role, code } = event;
        // Guests come by the thousand, and are counted; a member had lines of its own.
        if (role === 'guest') this.#count(code);
        else this.#log.info({ connection, code }, `${role} sent away`);
        return;
      }
      case 'refused':
        this.#count(event.code);
        return;
      case 'connected':
        this.#log.debug({ route: event.route }, 'a viewer shows the picture');
        return;
      case 'link-made':
        this.#log.info({ stream: event.streamId }, 'a viewer made a link');
        return;
      case 'relayed':
      case 'answered':
        return;
    }
  };

  close(): void {
    this.#stop();
    this.#summarise();
  }

  #count(code: EventCode): void {
    this.#refusals.set(code, (this.#refusals.get(code) ?? 0) + 1);
  }

  #summarise(): void {
    if (this.#refusals.size === 0) return;
    this.#log.info({ refusals: Object.fromEntries(this.#refusals) }, 'refused');
    this.#refusals = new Map();
  }
}
