import { css } from 'lit';

/** The buttons below the picture, on dark glass in every colour scheme: what is under them is the camera's. */
export const controlStyles = css`
  .chrome {
    color: var(--on-glass);
  }

  .frame[data-controls='hidden'] :is(.chrome, .status[data-state='live']) {
    opacity: 0;
    pointer-events: none;
  }

  .frame[data-controls='hidden'],
  .frame[data-controls='hidden'] video {
    cursor: none;
  }

  .bar {
    position: absolute;
    inset: auto 0 0;
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: end;
    gap: 2px;
    padding: 28px max(8px, env(safe-area-inset-right)) max(8px, env(safe-area-inset-bottom))
      max(8px, env(safe-area-inset-left));
    background: linear-gradient(transparent, rgb(8 14 16 / 72%) 55%);
    pointer-events: none;
  }

  /* The picture can be dragged between the buttons. */
  .control {
    border-radius: 10px;
    display: grid;
    place-items: center;
    min-width: 44px;
    height: 44px;
    background: rgb(8 14 16 / 45%);
    color: inherit;
    font-size: 14px;
    font-variant-numeric: tabular-nums;
    pointer-events: auto;
  }

  .frame[data-controls='hidden'] .control {
    pointer-events: none;
  }

  .control:disabled {
    color: rgb(241 246 245 / 45%);
    cursor: default;
  }

  .control[aria-pressed='true'] {
    background: var(--on-glass);
    color: #0b1416;
  }

  @media (hover: hover) {
    .control:not(:disabled, [aria-pressed='true']):hover {
      background: rgb(8 14 16 / 92%);
    }
  }

  .corner {
    position: absolute;
    left: max(6px, env(safe-area-inset-left));
    top: max(3px, env(safe-area-inset-top));
    z-index: 1;
  }

  .frame:not([data-picture='none']) .corner ~ .say {
    left: calc(max(6px, env(safe-area-inset-left)) + 50px);
    max-width: calc(100% - 50px - max(6px, env(safe-area-inset-left)) - max(10px, env(safe-area-inset-right)));
  }

  .gap {
    flex: 1;
  }

  /* Without a picture they lie on the page's own ground, and only what can be used is there. */
  .frame[data-picture='none'] :is(.bar, .control) {
    background: none;
    color: var(--player-text);
  }

  .frame[data-picture='none'] .control:disabled {
    display: none;
  }

  /* Stays while the controls fade: nobody should record without knowing. */
  .recording {
    position: absolute;
    right: max(10px, env(safe-area-inset-right));
    top: max(10px, env(safe-area-inset-top));
    margin: 0;
    padding: 5px 12px;
    border-radius: 16px;
    background: var(--glass);
    color: var(--on-glass);
    font-size: 14px;
    font-variant-numeric: tabular-nums;
    pointer-events: none;
  }

  .recording::before {
    content: '';
    display: inline-block;
    width: 10px;
    height: 10px;
    margin-right: 8px;
    border-radius: 50%;
    background: #ff6a5e;
    vertical-align: -1px;
  }

  /* Upright, the drawer comes from below: the picture moves out of its way. */
  @media (max-aspect-ratio: 3/4) {
    :host([stats]) :is(video, .still) {
      object-position: 50% 10%;
    }
  }

  /* Nothing that can have the focus lies under the drawer: a panel as wide as that, or a sheet over the whole width. */
  :host([stats]) .bar {
    right: 380px;
  }

  @container perch (max-width: 640px) {
    :host([stats]) .bar {
      visibility: hidden;
    }
  }

  /* On a phone there is no room for a sentence beside what stands in the other corner. */
  @container perch (max-width: 640px) {
    .frame[data-says='sentence']:not([data-picture='none']):has(.recording, .badge button) .say {
      left: max(10px, env(safe-area-inset-left));
      top: calc(60px + env(safe-area-inset-top));
      max-width: calc(100% - 20px);
    }

    .frame[data-says='sentence']:not([data-picture='none']):has(.recording ~ .badge button) .say {
      top: calc(104px + env(safe-area-inset-top));
    }
  }

  /* In a card's width the seven buttons stand closer. */
  @container perch (max-width: 340px) {
    .control {
      min-width: 40px;
    }
  }
`;
