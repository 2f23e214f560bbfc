/** What an error says where others read it, in one line each. Without tokens, which it may quote (SPEC.md, ERR4). */

/** The first line, without control characters: it may quote a file, a peer, or what a person typed in the wrong place. */
export function oneLine(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error);
  return withoutTokens((text.split('\n', 1)[0] ?? '').replace(/\p{Cc}/gu, ' ')).trim();
}

/** Where it comes from; what it says is `oneLine`'s. */
export function stackOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const frames = (error.stack ?? '').split('\n').filter((line) => /^ {4}at /.test(line));
  return withoutTokens(frames.map((frame) => frame.trim()).join('; '));
}

/** A JWT: each begins with the same brace, in base64. */
function withoutTokens(text: string): string {
  return text.replace(/\beyJ[\w-]+\.[\w-]+\.[\w-]+/g, '***');
}
