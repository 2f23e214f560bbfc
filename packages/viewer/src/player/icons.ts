import { html, svg, type TemplateResult } from 'lit';

const icon = (content: TemplateResult<2>): TemplateResult => html`
<svg class="icon" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">${content}</svg>`;

/** Drawn on 24 by 24; `solid` is filled, all else is a line. */
export const icons = {
  home: icon(svg`<path d="M4 5h6.5v6H4zM13.5 5H20v6h-6.5zM4 14h6.5v6H4zM13.5 14H20v6h-6.5z" />`),
  play: icon(svg`<path class="solid" d="M8 5v14l11-7z" />`),
  pause: icon(svg`<path class="solid" d="M6.5 5h4v14h-4zM13.5 5h4v14h-4z" />`),
  snapshot: icon(svg`<path d="M4 8h3.5l1.5-2.5h6L16.5 8H20v11H4z" /><circle cx="12" cy="13" r="3.4" />`),
  record: icon(svg`<circle cx="12" cy="12" r="8" /><circle class="solid" cx="12" cy="12" r="4" />`),
  stop: icon(svg`<circle cx="12" cy="12" r="8" /><path class="solid" d="M9 9h6v6H9z" />`),
  pictureInPicture: icon(svg`<path d="M4 6h16v12H4z" /><path class="solid" d="M12 12h6v4.5h-6z" />`),
  stats: icon(svg`<path d="M5 19v-6M10 19V6M15 19v-9M20 19V9" />`),
  fullscreen: icon(svg`<path d="M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5" />`),
  leaveFullscreen: icon(svg`<path d="M9 4v5H4M20 9h-5V4M15 20v-5h5M4 15h5v5" />`),
};
