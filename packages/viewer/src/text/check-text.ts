/** What the check page says, as the shape of each language's words. */
import type { Finding, StepId, StepState } from '../domain/check/step.ts';
import type { Cause } from '../domain/check/verdict.ts';
import type { EndReason } from '../domain/status.ts';

/** A cause in one sentence, what a viewer does next, and what tells its owner more. */
export interface Advice {
  readonly says: string;
  readonly next: string;
  readonly owner?: string;
}

export interface CheckText {
  readonly title: string;
  readonly intro: string;
  readonly link: string;
  readonly linkHint: string;
  readonly start: string;
  readonly again: string;
  readonly copy: string;
  readonly copied: string;
  readonly copyFailed: string;
  readonly watch: string;
  readonly badLink: string;
  readonly picture: string;
  readonly running: string;
  readonly stepsTitle: string;
  readonly forOwner: string;
  readonly ms: (ms: number) => string;
  readonly steps: Readonly<Record<StepId, string>>;
  readonly states: Readonly<Record<StepState, string>>;
  readonly found: {
    readonly [What in Finding['what']]: (finding: Extract<Finding, { readonly what: What }>) => string;
  };
  readonly refused: Readonly<Record<EndReason, string>>;
  readonly causes: (streamId: string) => Readonly<Record<Cause, Advice>>;
}
