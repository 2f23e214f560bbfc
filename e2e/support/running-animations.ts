/** What moves on a page by itself: CSS animations and transitions, those in shadow roots among them. */
import type { Page } from 'playwright-core';

export function runningAnimations(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const found = new Set<Animation>();
    const visit = (root: Document | ShadowRoot): void => {
      for (const animation of root.getAnimations()) found.add(animation);
      for (const element of root.querySelectorAll('*'))
        if (element.shadowRoot !== null) visit(element.shadowRoot);
    };
    visit(document);
    return [...found].map((animation) => {
      const { target } = animation.effect as KeyframeEffect;
      const name =
        animation instanceof CSSTransition
          ? animation.transitionProperty
          : (animation as CSSAnimation).animationName;
      return `${name} of ${target?.localName}.${target?.className}`;
    });
  });
}
