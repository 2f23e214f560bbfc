/**
 * A tab that can really go into the background: its page becomes hidden, and frozen as phones do it (Page Lifecycle). A page
 * of Playwright's own counts as looked at for ever, so this is one of a browser context that Playwright does not know, spoken
 * to by the DevTools protocol.
 */
import type { Browser, CDPSession } from 'playwright-core';

interface Answer {
  readonly id?: number;
  readonly error?: { readonly message: string };
  readonly result?: {
    readonly result?: { readonly value?: unknown };
    readonly exceptionDetails?: { readonly text: string; readonly exception?: { description?: string } };
  };
}

export class BackgroundTab {
  readonly #browser: CDPSession;
  readonly #context: string;
  readonly #target: string;
  readonly #session: string;
  #messages = 0;

  static async open(browser: Browser, url: string): Promise<BackgroundTab> {
    const session = await browser.newBrowserCDPSession();
    const { browserContextId } = await session.send('Target.createBrowserContext');
    return BackgroundTab.#open(session, browserContextId, url);
  }

  static async #open(browser: CDPSession, browserContextId: string, url: string): Promise<BackgroundTab> {
    const { targetId } = await browser.send('Target.createTarget', { url, browserContextId });
    const { sessionId } = await browser.send('Target.attachToTarget', { targetId, flatten: false });
    return new BackgroundTab(browser, { context: browserContextId, target: targetId, session: sessionId });
  }

  private constructor(browser: CDPSession, ids: { context: string; target: string; session: string }) {
    this.#browser = browser;
    this.#context = ids.context;
    this.#target = ids.target;
    this.#session = ids.session;
  }

  /** The value of an expression in the page, of which a promise is waited for. It may do what needs a click. */
  async evaluate(expression: string): Promise<unknown> {
    const { result } = await this.#send('Runtime.evaluate', {
      expression,
      returnByValue: true,
      awaitPromise: true,
      userGesture: true,
    });
    const thrown = result?.exceptionDetails;
    if (thrown !== undefined) throw new Error(thrown.exception?.description ?? thrown.text);
    return result?.result?.value;
  }

  /** Lays another tab over it. */
  async hide(): Promise<void> {
    await BackgroundTab.#open(this.#browser, this.#context, 'about:blank');
  }

  /** Stops its timers and tasks; only a hidden page can be frozen. */
  async freeze(): Promise<void> {
    await this.#send('Page.setWebLifecycleState', { state: 'frozen' });
  }

  async show(): Promise<void> {
    await this.#send('Page.setWebLifecycleState', { state: 'active' });
    await this.#browser.send('Target.activateTarget', { targetId: this.#target });
  }

  async close(): Promise<void> {
    await this.#browser.send('Target.disposeBrowserContext', { browserContextId: this.#context });
    await this.#browser.detach();
  }

  async #send(method: string, params: object): Promise<Answer> {
    const id = ++this.#messages;
    const answered = this.#answer(id);
    const message = JSON.stringify({ id, method, params });
    await this.#browser.send('Target.sendMessageToTarget', { sessionId: this.#session, message });
    const answer = await answered;
    if (answer.error !== undefined) throw new Error(`${method}: ${answer.error.message}`);
    return answer;
  }

  #answer(id: number): Promise<Answer> {
    return new Promise((resolve) => {
      const listen = (event: { readonly sessionId: string; readonly message: string }): void => {
        const answer = JSON.parse(event.message) as Answer;
        if (event.sessionId !== this.#session || answer.id !== id) return;
        this.#browser.off('Target.receivedMessageFromTarget', listen);
        resolve(answer);
      };
      this.#browser.on('Target.receivedMessageFromTarget', listen);
    });
  }
}
