import { build, type Plugin, type Rolldown } from 'vite';

/** Where it goes: before the style sheets, for which an inline script would have to wait. */
const PLACE = '<script data-head-start></script>';

/** Writes the script at `path`, with all that it imports, into the page that has a place for it. */
export function headStart(path: string): Plugin {
  return {
    name: 'perch-head-start',
    async transformIndexHtml(html) {
      return html.includes(PLACE) ? html.replace(PLACE, `<script>${await bundle(path)}</script>`) : html;
    },
  };
}

async function bundle(path: string): Promise<string> {
  const built = (await build({
    configFile: false,
    logLevel: 'warn',
    build: { write: false, target: 'es2022', lib: { entry: path, formats: ['iife'], name: 'perch' } },
  })) as Rolldown.RolldownOutput[];
  const [script] = built[0]?.output ?? [];
  if (script === undefined) throw new Error(`nothing was built of ${path}`);
  return script.code.trim();
}
