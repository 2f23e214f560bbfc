import { css } from 'lit';

/**
 * The player's own look. A page styles it by its size, by `::part()` and by these custom properties: `--perch-ground`,
 * `--perch-text`, `--perch-accent`, `--perch-focus`.
 */
export const playerStyles = css`
  :host {
    /* Names of their own: a page may well say perch-player { --perch-text: var(--text) }, which must not be a circle. */
    --player-ground: var(--perch-ground, #182326);
    --player-text: var(--perch-text, #e8efee);
    --player-accent: var(--perch-accent, #4fc3c9);
    --player-focus: var(--perch-focus, #ffb066);
    --glass: rgb(8 14 16 / 78%);
    --on-glass: #f1f6f5;

    display: block;
    position: relative;
    overflow: hidden;
    aspect-ratio: var(--ratio, 16 / 9);
    background: var(--player-ground);
    color: var(--player-text);
    font: 16px / 1.4 system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif;
    touch-action: manipulation;
  }

  :host([hidden]) {
    display: none;
  }

  :host(:fullscreen) {
    width: 100vw;
    height: 100vh;
    aspect-ratio: auto;
    border-radius: 0;
  }

  * {
    box-sizing: border-box;
  }

  /* Over the display of any element, also those whose style comes later. */
  [hidden] {
    display: none !important;
  }

  .frame {
    position: absolute;
    inset: 0;
    container: perch / inline-size;
  }

  .frame[data-picture='video'],
  .frame[data-picture='still'] {
    background: #000;
  }

  video,
  .still {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
    object-fit: contain;
  }

  .still {
    visibility: hidden;
    pointer-events: none;
  }

  .frame[data-picture='still'] .still {
    visibility: visible;
  }

  video,
  .still {
    transform: var(--zoom, none);
  }

  .frame[data-zoomed] video {
    cursor: grab;
  }

  .frame:not([data-state='live']) :is(video, .still) {
    filter: brightness(0.45) saturate(0.5);
  }

  .poster svg,
  .poster::slotted(*) {
    position: absolute;
    left: 50%;
    top: 50%;
    width: min(96px, 40%);
    height: auto;
    translate: -50% -78%;
  }

  .frame:not([data-picture='none']) .poster,
  .frame:has(.play:not([hidden])) .poster {
    display: none;
  }

  /* Without a picture the sentence stands below the bird; with one it is a label in the corner. */
  .say {
    position: absolute;
    left: 50%;
    top: calc(50% + 36px);
    display: grid;
    justify-items: center;
    gap: 8px;
    width: max-content;
    max-width: calc(100% - 32px - env(safe-area-inset-left) - env(safe-area-inset-right));
    translate: -50% 0;
    pointer-events: none;
  }

  .status {
    position: relative;
    margin: 0;
    text-align: center;
    text-wrap: balance;
  }

  .try {
    opacity: 0.8;
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
  }

  .check-link {
    display: inline-grid;
    align-items: center;
    min-height: 44px;
    padding: 0 14px;
    border-radius: 10px;
    color: var(--player-accent);
    font-weight: 600;
    pointer-events: auto;
  }

  .status::before {
    content: '';
    display: inline-block;
    width: 9px;
    height: 9px;
    margin-right: 8px;
    border-radius: 50%;
    background: var(--dot, #6f878d);
    vertical-align: 1px;
  }

  .frame:not([data-picture='none']) .say {
    left: max(10px, env(safe-area-inset-left));
    top: max(10px, env(safe-area-inset-top));
    justify-items: start;
    max-width: calc(100% - max(10px, env(safe-area-inset-left)) - max(10px, env(safe-area-inset-right)));
    translate: none;
  }

  .frame:not([data-picture='none']) .check-link {
    background: var(--glass);
    color: var(--on-glass);
    font-size: 14px;
  }

  .frame:not([data-picture='none']) .status {
    padding: 5px 12px 5px 29px;
    border-radius: 16px;
    background: var(--glass);
    color: var(--on-glass);
    font-size: 14px;
    text-align: start;
    text-wrap: wrap;
  }

  /* In the label the sentence keeps clear of its dot when it takes two lines. */
  .frame:not([data-picture='none']) .status::before {
    position: absolute;
    left: 12px;
    top: 11px;
  }

  .status:is(
      [data-state='connecting'],
      [data-state='reconnecting'],
      [data-state='waiting-for-camera'],
      [data-state='camera-restarting']
    ) {
    --dot: #f2a65a;
  }

  .status[data-state='live'] {
    --dot: #45d08a;
  }

  .status:is([data-state='ended'], [data-state='refused']) {
    --dot: #ee6b5f;
  }

  button {
    min-height: 44px;
    padding: 0;
    border: 1px solid transparent;
    border-radius: 10px;
    font: inherit;
    cursor: pointer;
    touch-action: manipulation;
  }

  :focus-visible {
    outline: 3px solid var(--player-focus);
    outline-offset: 2px;
  }

  .play {
    position: absolute;
    left: 50%;
    top: 50%;
    display: grid;
    place-items: center;
    width: 88px;
    height: 88px;
    translate: -50% -50%;
    border: 2px solid var(--on-glass);
    border-radius: 50%;
    background: var(--glass);
    color: var(--on-glass);
  }

  .icon {
    fill: none;
    stroke: currentColor;
    stroke-linecap: round;
    stroke-linejoin: round;
    stroke-width: 2;
  }

  .icon .solid {
    fill: currentColor;
    stroke: none;
  }

  .play .icon {
    width: 40px;
    height: 40px;
  }

  /* Above the sentence, which stands in the middle as long as there is no picture. */
  .frame[data-picture='none'] .play {
    translate: -50% calc(-100% + 22px);
  }

  @media (prefers-reduced-motion: no-preference) {
    video,
    .still {
      transition: filter 0.3s;
    }

    .chrome,
    .status {
      transition: opacity 0.25s;
    }

    .status:is([data-state='connecting'], [data-state='reconnecting'], [data-state='camera-restarting'])::before {
      animation: breathe 1.6s ease-in-out infinite;
    }
  }

  @keyframes breathe {
    50% {
      opacity: 0.25;
    }
  }
`;
