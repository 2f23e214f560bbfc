/** One step on the way to a picture: how far it is, and what it found. */
import type { EndReason } from '../status.ts';

export type StepId =
  | 'server'
  | 'token'
  | 'camera'
  | 'relay'
  | 'candidates'
  | 'codec'
  | 'their-candidates'
  | 'pairs'
  | 'dtls'
  | 'packet'
  | 'frame';

/** What a step found; its sentence is in `text/`. */
export type Finding =
  | { readonly what: 'server-answers'; readonly version: string | undefined }
  | { readonly what: 'server-silent' | 'no-socket' | 'no-webrtc' }
  | { readonly what: 'let-in'; readonly by: 'key' | 'open' }
  | { readonly what: 'refused'; readonly why: EndReason; readonly detail?: string }
  | { readonly what: 'sent-away' | 'no-answer-to-join' }
  | { readonly what: 'camera-online' | 'camera-offline' | 'camera-restarting' | 'camera-silent' }
  | { readonly what: 'relays-given'; readonly count: number }
  /** `isSetUp`: there is a TURN service, and it gives nothing now. */
  | { readonly what: 'no-relay'; readonly isSetUp: boolean; readonly why: string | undefined }
  | {
      readonly what: 'gathered';
      readonly host: number;
      readonly reflexive: number;
      readonly relays: readonly ('udp' | 'stream')[];
    }
  | { readonly what: 'relay-refused'; readonly url: string; readonly code: number }
  | { readonly what: 'no-candidates' }
  | { readonly what: 'codec-shared'; readonly codec: string }
  | { readonly what: 'no-codec'; readonly offered: readonly string[] }
  | { readonly what: 'offer-unusable' }
  | { readonly what: 'their-candidates'; readonly count: number; readonly types: readonly string[] }
  | { readonly what: 'no-their-candidates' }
  | {
      readonly what: 'pair-answered';
      readonly tried: number;
      readonly route: 'direct' | 'relayed' | undefined;
    }
  | { readonly what: 'no-pair'; readonly tried: number }
  | { readonly what: 'dtls-done' | 'no-dtls' | 'packets' | 'no-packets' | 'frame' | 'no-frame' | 'tap' };

export type StepState = 'running' | 'passed' | 'warned' | 'failed' | 'not-reached';

export interface Step {
  readonly id: StepId;
  readonly state: StepState;
  /** When it was decided. */
  readonly atMs?: number | undefined;
  readonly found?: Finding;
}

export type Outcome = Omit<Step, 'id'>;

/** Not decided yet: it is under way, or nothing of it was seen until the end. */
export const UNDECIDED = undefined;

export function passed(atMs: number | undefined, found: Finding): Outcome {
  return { state: 'passed', atMs, found };
}

export function warned(atMs: number | undefined, found: Finding): Outcome {
  return { state: 'warned', atMs, found };
}

export function failed(atMs: number | undefined, found: Finding): Outcome {
  return { state: 'failed', atMs, found };
}
