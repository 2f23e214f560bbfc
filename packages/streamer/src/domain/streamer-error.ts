/** Why a streamer can't start or go on. */
export type StreamerErrorReason =
  /** `--source` is not one of the known forms, or another setting does not go with it. */
  | 'bad-source'
  /** No camera program, or it lists no camera. */
  | 'no-camera'
  /** The picture size or rate is one that the source can't make. */
  | 'bad-format'
  /** The source could not be opened or gave no video. */
  | 'source-failed'
  /** The server told this streamer that another one took over the stream. */
  | 'replaced'
  /** The server wants a token, and not the one that it was given, if any. */
  | 'no-right';

/** The streamer's one error class: `message` is one line for a person and names the fix. */
export class StreamerError extends Error {
  readonly reason: StreamerErrorReason;

  constructor(reason: StreamerErrorReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StreamerError';
    this.reason = reason;
  }
}
