import { readFileSync } from 'node:fs';
import type { Plugin } from 'vite';

/** Puts the files of `folder` where a page names them: `<!-- head.html -->`. What several pages have stands once there. */
export function pageParts(folder: string): Plugin {
  return {
    name: 'perch-page-parts',
    transformIndexHtml: {
      order: 'pre',
      handler: (html) =>
        html.replace(/<!-- ([\w-]+\.html) -->/gu, (_, name) =>
          readFileSync(`${folder}/${name}`, 'utf8').trim(),
        ),
    },
  };
}
