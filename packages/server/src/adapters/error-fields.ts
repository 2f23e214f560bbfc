/** What a log line says of an exception: what and where, in one line each, and without a token that it may quote. */
export function errorFields(error: unknown): { readonly reason: string; readonly stack?: string } {
  const [reason = ''] = clean(String(error)).split('\n', 1);
  if (!(error instanceof Error) || error.stack === undefined) return { reason };
  const frames = error.stack.split('\n').filter((line) => /^ {4}at /.test(line));
  return { reason, stack: clean(frames.map((frame) => frame.trim()).join('; ')) };
}

/** A JWT: each begins with the same brace, in base64. */
function clean(text: string): string {
  return text.replace(/\beyJ[\w-]+\.[\w-]+\.[\w-]+/g, '***');
}
