/** Answers a request with a file of the viewer: the smallest copy that is taken, or 304 where the browser has it. */
import type { Context } from 'hono';
import { chooseCoding } from './content-coding.ts';
import type { HttpEnvironment } from './http-environment.ts';
import { sharedBody } from './shared-body.ts';
import type { SiteFile } from './site.ts';

export function serveFile(context: Context<HttpEnvironment>, file: SiteFile): Response {
  const coding = chooseCoding(context.req.header('Accept-Encoding'), file.coded);
  const body = (coding === undefined ? undefined : file.coded.get(coding)) ?? file.plain;
  const headers = new Headers({ ...file.headers, ETag: body.etag });
  // Also with the plain file: a cache between must not give it to who takes another, or the other way round.
  if (file.coded.size > 0) headers.set('Vary', 'Accept-Encoding');
  if (isHeld(context.req.header('If-None-Match'), body.etag)) {
    headers.delete('Content-Type');
    return new Response(null, { status: 304, headers });
  }
  headers.set('Content-Length', String(body.bytes.length));
  if (coding !== undefined) headers.set('Content-Encoding', coding);
  return new Response(sharedBody(body.bytes), { status: 200, headers });
}

/** The comparison is weak (RFC 9110, section 13.1.2): a proxy that codes anew marks the ETag with `W/`. */
function isHeld(header: string | undefined, etag: string): boolean {
  const held = (header ?? '').split(',').map((it) => it.trim().replace(/^W\//, ''));
  return held.includes(etag) || held.includes('*');
}
