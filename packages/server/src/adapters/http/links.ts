/** Sharing a stream over HTTP (SPEC.md, LINK rules): reads requests and puts what comes of it into statuses. */
import { isTokenName, refuse } from '@perch/protocol';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import * as v from 'valibot';
import { type LinkSharing, MIN_LINK_SECONDS } from '../../domain/access/link-sharing.ts';
import { contentType } from './content-type.ts';
import type { HttpEnvironment } from './http-environment.ts';
import { type AnswerRefusal, wrongType } from './problem.ts';
import { tokenOf } from './token-of.ts';

const JSON_TYPE = 'application/json';

/** A number and a name. */
const MAX_BODY_BYTES = 4096;

const Wish = v.object({
  expires_in: v.pipe(v.number(), v.safeInteger(), v.minValue(MIN_LINK_SECONDS)),
  name: v.exactOptional(v.pipe(v.string(), v.trim(), v.check(isTokenName))),
});

const NO_LINKS = refuse('refused', 'this server makes no links: it is open, and its address is the link');
const TOO_LARGE = refuse('too-large', `a wish for a link is at most ${MAX_BODY_BYTES} bytes`);
const BAD_WISH = refuse(
  'bad-message',
  `what is taken is {"expires_in": seconds, at least ${MIN_LINK_SECONDS}, "name": text of one line, if any}`,
);

/** To be mounted at `/api/streams`. Without `sharing` there are no links to be made. */
export function linkRoutes(sharing: LinkSharing | undefined, refused: AnswerRefusal) {
  const app = new Hono<HttpEnvironment>();
  const limit = bodyLimit({ maxSize: MAX_BODY_BYTES, onError: () => refused(TOO_LARGE) });

  app.post('/:stream/links', limit, async (context) => {
    if (sharing === undefined) return refused(NO_LINKS, 404);
    const sharer = sharing.sharerOf(tokenOf(context.env.incoming), context.req.param('stream'));
    if (!sharer.ok) return refused(sharer);
    // Also what makes browsers ask first, before a page elsewhere may post.
    if (contentType(context) !== JSON_TYPE) return wrongType(refused, JSON_TYPE, 'Accept-Post');
    const wish = v.safeParse(Wish, parseJson(await context.req.text()));
    if (!wish.success) return refused(BAD_WISH);
    const { expires_in: seconds, name } = wish.output;
    const link = sharing.share(sharer.value, { seconds, name });
    if (!link.ok) {
      const response = refused(link);
      if (link.code === 'rate-limited')
        response.headers.set('Retry-After', String(sharing.retryAfterSeconds));
      return response;
    }
    const { token, expiresAtMs } = link.value;
    context.header('Cache-Control', 'no-store');
    return context.json(
      { token, name: link.value.name, expires_at: new Date(expiresAtMs).toISOString() },
      201,
    );
  });
  return app;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
