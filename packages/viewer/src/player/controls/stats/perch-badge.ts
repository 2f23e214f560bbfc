import { css, html, LitElement, nothing } from 'lit';
import type { StreamStats } from '../../../domain/stream-stats.ts';
import { describeBadge } from '../../../text/describe-stats.ts';
import { en, type Text } from '../../../text/en.ts';

/** Of the root that the badge stands in. */
export const badgeStyles = css`
  .badge {
    position: absolute;
    right: max(8px, env(safe-area-inset-right));
    top: max(8px, env(safe-area-inset-top));
    max-width: 60%;
  }

  .recording ~ .badge {
    top: calc(48px + env(safe-area-inset-top));
  }

  .badge button {
    display: block;
    min-height: 44px;
    max-width: 100%;
    padding: 5px 11px;
    background: var(--glass);
    color: var(--on-glass);
    font-size: 12px;
    line-height: 1.35;
    font-variant-numeric: tabular-nums;
    text-align: end;
    text-wrap: balance;
  }

  .badge span {
    display: block;
  }

  .badge .way {
    font-weight: 600;
  }

  .badge .quality {
    color: #c9d6d4;
  }
`;

/**
 * `<perch-badge>`: how late the picture is, which way it comes, what is seen and why no more. A button that asks for the
 * details: `click` bubbles. It is no live region: it changes each second, and nobody wants that read aloud.
 *
 * It has no shadow root of its own, so that the player sees the focus on it as on its other controls.
 */
export class PerchBadge extends LitElement {
  static override readonly properties = { stats: { attribute: false }, text: { attribute: false } };

  declare stats: StreamStats | undefined;
  declare text: Text;

  constructor() {
    super();
    this.stats = undefined;
    this.text = en;
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render() {
    if (this.stats === undefined) return nothing;
    const { way, quality } = describeBadge(this.stats, this.text);
    if (way === '' && quality === '') return nothing;
    return html`<button type="button" title=${this.text.stats.open} aria-haspopup="dialog"
      ><span class="way">${way}</span> <span class="quality">${quality}</span></button>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'perch-badge': PerchBadge;
  }
}
