/** STUN and TURN servers as a WHEP player reads them: Link headers (RFC 8288), one for each URL (RFC 9725, section 4.6). */
import type { IceServer } from '@perch/protocol';

export function iceServerLinks(servers: readonly IceServer[]): readonly string[] {
  return servers.flatMap(({ urls, username, credential }) =>
    urls.flatMap((url) => {
      const login =
        username === undefined || credential === undefined
          ? ''
          : `; username=${quoted(username)}; credential=${quoted(credential)}; credential-type="password"`;
      const link = `<${url}>; rel="ice-server"${login}`;
      // A header has no other characters; a server with such a password is of no use here.
      return /^[ -~]*$/u.test(link) ? [link] : [];
    }),
  );
}

/** RFC 9110, section 5.6.4. */
function quoted(text: string): string {
  return `"${text.replace(/["\\]/gu, '\\$&')}"`;
}
