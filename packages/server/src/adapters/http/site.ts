/**
 * The built viewer, read once into memory: what was not in the folder at the start cannot be asked for, so a
 * path has nowhere to escape to, and an update of the folder never serves half of the old and half of the new.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { getMimeType } from 'hono/utils/mime';

export interface SiteFile {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly contentType: string;
  readonly cacheControl: string;
  readonly etag: string;
}

export interface Site {
  /** The page at `/`. */
  readonly index: SiteFile;
  /** The page of every link to a stream: `watch.html`, or index.html where the folder has one page. */
  readonly watch: SiteFile;
  /** By URL path, decoded: `/assets/player-3f2a.js`. */
  readonly files: ReadonlyMap<string, SiteFile>;
}

/** Rejects with the file system's error when there is no folder or no index.html in it. */
export async function readSite(directory: string): Promise<Site> {
  const index = await readSiteFile(join(directory, 'index.html'), '/index.html');
  const files = new Map<string, SiteFile>();
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    const urlPath = `/${relative(directory, path).split(sep).join('/')}`;
    if (!entry.isFile() || urlPath.includes('/.')) continue;
    files.set(urlPath, await readSiteFile(path, urlPath));
  }
  return { index, watch: files.get('/watch.html') ?? index, files };
}

async function readSiteFile(path: string, urlPath: string): Promise<SiteFile> {
  const body = new Uint8Array(await readFile(path));
  return {
    body,
    contentType: getMimeType(urlPath) ?? 'application/octet-stream',
    // The build puts a hash of the content into the names under assets/: they never change.
    cacheControl: urlPath.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
    etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
  };
}
