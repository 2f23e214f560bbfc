/**
 * The built viewer, read once into memory: what was not in the folder at the start cannot be asked for, so a
 * path has nowhere to escape to, and an update of the folder never serves half of the old and half of the new.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { getMimeType } from 'hono/utils/mime';
import { type Coding, compress } from './content-coding.ts';

export interface SiteFile {
  /** All but the coding, ETag and `Vary`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly plain: SiteBody;
  /** Those that are smaller than the plain one. */
  readonly coded: ReadonlyMap<Coding, SiteBody>;
}

/** One way to send a file. An ETag names the bytes, so each has its own (RFC 9110, section 8.8.3.3). */
export interface SiteBody {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly etag: string;
}

export interface Site {
  /** The page at `/`. */
  readonly index: SiteFile;
  /** The page of every link to a stream: `watch.html`, or index.html where the folder has one page. */
  readonly watch: SiteFile;
  /** The page that says why a connection fails: `check.html`, or index.html. */
  readonly check: SiteFile;
  /** By URL path, decoded: `/assets/player-3f2a.js`. */
  readonly files: ReadonlyMap<string, SiteFile>;
  /** What its pages run that stands in them, as a Content-Security-Policy names it: `'sha256-…'`. */
  readonly inlineScripts: readonly string[];
}

/** The element for pages elsewhere, which name it by this path in a script tag. */
const EMBEDDED_PLAYER = '/perch-player.js';

/** Pages elsewhere load it each time; a fix reaches them within so long. */
const EMBEDDED_PLAYER_SECONDS = 300;

/** Rejects with the file system's error when there is no folder or no index.html in it. */
export async function readSite(directory: string): Promise<Site> {
  const index = await readSiteFile(join(directory, 'index.html'), '/index.html');
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = await Promise.all(
    entries.map(async (entry) => {
      const path = join(entry.parentPath, entry.name);
      const urlPath = `/${relative(directory, path).split(sep).join('/')}`;
      const isPublic = entry.isFile() && !urlPath.includes('/.');
      return isPublic ? ([[urlPath, await readSiteFile(path, urlPath)]] as const) : [];
    }),
  );
  const byPath = new Map(files.flat());
  const page = (name: string) => byPath.get(`/${name}.html`) ?? index;
  const pages = [...byPath].filter(([path]) => path.endsWith('.html')).map(([, file]) => file);
  const inlineScripts = pages.flatMap(({ plain }) => inlineScriptsOf(Buffer.from(plain.bytes).toString()));
  return { index, watch: page('watch'), check: page('check'), files: byPath, inlineScripts };
}

/** Of pages that are our own build: what stands between the tags is hashed as it is (CSP 3, section 8.3). */
function inlineScriptsOf(html: string): string[] {
  return [...html.matchAll(/<script>(.*?)<\/script>/gs)].map(
    ([, script = '']) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`,
  );
}

async function readSiteFile(path: string, urlPath: string): Promise<SiteFile> {
  const bytes = new Uint8Array(await readFile(path));
  const contentType = getMimeType(urlPath) ?? 'application/octet-stream';
  const coded = await compress(bytes, contentType);
  return {
    headers: { 'Content-Type': contentType, ...cachingOf(urlPath) },
    plain: toBody(bytes),
    coded: new Map(coded.map(([coding, it]) => [coding, toBody(it)])),
  };
}

function cachingOf(urlPath: string): Record<string, string> {
  // The build puts a hash of the content into the names under assets/: they never change.
  if (urlPath.startsWith('/assets/')) return { 'Cache-Control': 'public, max-age=31536000, immutable' };
  if (urlPath !== EMBEDDED_PLAYER) return { 'Cache-Control': 'no-cache' };
  return {
    'Cache-Control': `public, max-age=${EMBEDDED_PLAYER_SECONDS}`,
    // It is code without a secret. Whether a page may watch with it is asked of the page's origin and of a token.
    'Access-Control-Allow-Origin': '*',
    'Cross-Origin-Resource-Policy': 'cross-origin',
  };
}

function toBody(bytes: Uint8Array<ArrayBuffer>): SiteBody {
  return { bytes, etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"` };
}
