import { html } from 'lit';

/** `perch.svg`, for where no file can be asked for: the player stands in pages of other servers too. */
export const bird = html`
<svg viewBox="0 0 64 64" aria-hidden="true">
  <path d="M33 41c-3 6-7 11-13 15l-4-2c4-5 6-10 7-16z" fill="#14777f"/>
  <path d="M19 38c-2-13 6-26 19-26 8 0 13 5 13 12 0 13-9 22-21 22-6 0-10-3-11-8z" fill="#1f9aa3"/>
  <path d="M51 24c0 13-9 22-20 22 3-3 4-7 6-11 3-6 8-9 14-11z" fill="#f2994a"/>
  <path d="M50 19l13 4-12 4z" fill="#37474c"/>
  <path d="M19 38c-1-6 1-13 5-18 6 3 9 9 7 15-2 6-6 9-10 8-1-1-2-3-2-5z" fill="#14777f"/>
  <circle cx="43" cy="20" r="2.6" fill="#0b1416"/>
  <circle cx="43.9" cy="19.1" r=".9" fill="#fff"/>
  <path d="M31 46v4M37 45v5" stroke="#d9743a" stroke-width="2.4" stroke-linecap="round"/>
  <path d="M6 51h52" stroke="#a9774f" stroke-width="4" stroke-linecap="round"/>
</svg>`;
