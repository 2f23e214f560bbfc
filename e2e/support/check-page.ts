/** The page that says why there is no picture, in a real browser. */
import type { ViewerPage } from './viewer-page.ts';

export interface CheckResult {
  readonly cause: string | null;
  /** The state of each step by its id. */
  readonly steps: Readonly<Record<string, string>>;
  /** All words of the page. */
  readonly text: string;
}

/** Longer than any check takes. */
const PATIENCE_MS = 25_000;

/** Waits for the verdict. */
export async function checkResult({ page }: ViewerPage): Promise<CheckResult> {
  await page.locator('.verdict[data-cause]').waitFor({ timeout: PATIENCE_MS });
  return page.evaluate(() => ({
    cause: document.querySelector('.verdict')?.getAttribute('data-cause') ?? null,
    steps: Object.fromEntries(
      [...document.querySelectorAll<HTMLElement>('.steps li')].map(({ dataset }) => [
        dataset['step'] ?? '',
        dataset['state'] ?? '',
      ]),
    ),
    text: document.querySelector('main')?.textContent ?? '',
  }));
}
