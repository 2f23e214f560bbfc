import type { Context } from 'hono';

/** What a request's body is, in small letters and without parameters such as `charset`. */
export function contentType(context: Context): string {
  const [type = ''] = (context.req.header('Content-Type') ?? '').split(';', 1);
  return type.trim().toLowerCase();
}
