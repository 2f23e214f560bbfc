import type { ReactiveControllerHost } from 'lit';
import type { Status } from '../domain/status.ts';

/** What the player's parts see of it. */
export interface PlayerHost extends ReactiveControllerHost, HTMLElement {
  readonly status: Status;
  readonly renderRoot: HTMLElement | DocumentFragment;
  readonly videoElement: HTMLVideoElement | null;
}
