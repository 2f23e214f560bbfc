import type { ErrorCode } from './error-code.ts';

/** A refusal that a peer's input can cause: a value, never an exception. `reason` is one sentence. */
export interface Refusal {
  readonly ok: false;
  readonly code: ErrorCode;
  readonly reason: string;
}

export type Result<T> = { readonly ok: true; readonly value: T } | Refusal;

export function refuse(code: ErrorCode, reason: string): Refusal {
  return { ok: false, code, reason };
}
