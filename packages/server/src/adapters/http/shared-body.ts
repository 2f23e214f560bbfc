/**
 * Bytes as the body of a Response, by reference: one made of the bytes themselves copies them, and there may be many who
 * ask for a file and read slowly. They must not change.
 */
export function sharedBody(bytes: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    pull(controller) {
      controller.enqueue(bytes);
      controller.close();
    },
  });
}
