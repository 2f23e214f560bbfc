/** What a person can have before them: a page in one of its states, brought about for real wherever that is quick. */
import type { Page } from 'playwright-core';
import type { Scenery } from './scenery.ts';

export interface Scene {
  /** As a file's name. */
  readonly name: string;
  /** Brings the page, which is blank and may be a phone's, into the state, and resolves when it is there. */
  show(page: Page, scenery: Scenery): Promise<unknown>;
  /** Brings back what fades by itself. Called before each look at it. */
  hold?(page: Page): Promise<unknown>;
}

/** Waits for the status to be this one. */
export function reaches(page: Page, state: string): Promise<void> {
  return page.locator(`#status[data-state="${state}"]`).waitFor({ state: 'attached', timeout: 30_000 });
}
