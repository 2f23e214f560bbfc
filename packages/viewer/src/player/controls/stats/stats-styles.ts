import { css } from 'lit';

/** A panel at the side; on a narrow player a sheet from below. Dark and light follow the person's system. */
export const statsStyles = css`
  :host {
    --ground: #142024;
    --edge: #2c3c41;
    --text: #e8efee;
    --soft: #a9babd;
    --line: #5fd0d6;
    --fill: rgb(95 208 214 / 16%);
    --focus: var(--perch-focus, #ffb066);

    position: absolute;
    inset: 0;
    z-index: 3;
    container-type: size;
    pointer-events: none;
    font: 14px / 1.4 system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif;
    color: var(--text);
  }

  @media (prefers-color-scheme: light) {
    :host {
      --ground: #fbfdfc;
      --edge: #d3dddb;
      --text: #14211f;
      --soft: #4c5f63;
      --line: #0f7a83;
      --fill: rgb(15 122 131 / 14%);
      --focus: var(--perch-focus, #a34b00);
    }
  }

  * {
    box-sizing: border-box;
  }

  .panel {
    position: absolute;
    inset: 0 0 0 auto;
    display: flex;
    flex-direction: column;
    width: min(380px + env(safe-area-inset-right), 100%);
    padding-top: env(safe-area-inset-top);
    border-left: 1px solid var(--edge);
    background: var(--ground);
    pointer-events: auto;
    touch-action: pan-y;
  }

  header {
    display: flex;
    align-items: center;
    gap: 8px;
    padding: 6px calc(8px + env(safe-area-inset-right)) 6px 16px;
    border-bottom: 1px solid var(--edge);
  }

  h2 {
    flex: 1;
    margin: 0;
    font-size: 16px;
  }

  button {
    min-width: 44px;
    min-height: 44px;
    padding: 0 14px;
    border: 1px solid var(--edge);
    border-radius: 10px;
    background: none;
    color: inherit;
    font: inherit;
    cursor: pointer;
  }

  button svg {
    display: block;
    margin: auto;
    fill: none;
    stroke: currentColor;
    stroke-linecap: round;
    stroke-width: 2;
  }

  .close {
    padding: 0;
    border-color: transparent;
  }

  :focus-visible {
    outline: 3px solid var(--focus);
    outline-offset: -3px;
  }

  .body {
    flex: 1;
    overflow-y: auto;
    overscroll-behavior: contain;
    padding: 8px calc(16px + env(safe-area-inset-right)) calc(16px + env(safe-area-inset-bottom)) 16px;
  }

  table {
    width: 100%;
    border-collapse: collapse;
    font-variant-numeric: tabular-nums;
  }

  caption {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
  }

  th,
  td {
    padding: 4px 0;
    border-bottom: 1px solid var(--edge);
    text-align: start;
    vertical-align: top;
    overflow-wrap: anywhere;
  }

  th {
    width: 42%;
    padding-right: 8px;
    color: var(--soft);
    font-weight: 400;
  }

  .charts {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 10px;
    margin-bottom: 14px;
  }

  .name {
    display: flex;
    justify-content: space-between;
    gap: 8px;
    color: var(--soft);
    font-variant-numeric: tabular-nums;
  }

  .name b {
    color: var(--text);
    font-weight: 600;
  }

  .chart {
    height: 76px;
  }

  .told {
    min-height: 1.4em;
    margin: 10px 0 6px;
  }

  textarea {
    width: 100%;
    height: 140px;
    border: 1px solid var(--edge);
    border-radius: 10px;
    background: none;
    color: inherit;
    font: 12px / 1.4 ui-monospace, monospace;
  }

  /* What a chart needs of its own style sheet: the others' rules are for what we do not show. */
  .u-wrap {
    position: relative;
    user-select: none;
  }

  .u-over,
  .u-under,
  .u-axis,
  .u-select {
    position: absolute;
    pointer-events: none;
  }

  .u-under {
    overflow: hidden;
  }

  .uplot canvas {
    display: block;
    width: 100%;
    height: 100%;
  }

  @container (max-width: 640px) {
    .panel {
      inset: auto 0 0;
      width: 100%;
      height: min(62%, 560px);
      padding-top: 0;
      border: 0;
      border-top: 1px solid var(--edge);
      border-radius: 16px 16px 0 0;
    }
  }

  /* A small player in a page: there is no room beside the panel. */
  @container (max-height: 420px) {
    .panel {
      inset: 0 0 0 auto;
      height: auto;
      border-radius: 0;
    }
  }

  @container (max-width: 640px) and (min-width: 440px) {
    .charts {
      grid-template-columns: repeat(2, minmax(0, 1fr));
    }
  }

  @media (prefers-reduced-motion: no-preference) {
    .panel {
      animation: appear 0.18s ease-out;
    }
  }

  @keyframes appear {
    from {
      opacity: 0;
    }
  }

  [hidden] {
    display: none;
  }
`;
