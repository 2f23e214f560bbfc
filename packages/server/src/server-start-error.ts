/** Why a server did not start. `cause` keeps the system's error. */
export type ServerStartReason =
  | 'port-in-use'
  | 'port-forbidden'
  | 'host-unknown'
  | 'site-missing'
  | 'bad-proxies'
  | 'failed';

export class ServerStartError extends Error {
  override readonly name = 'ServerStartError';
  readonly reason: ServerStartReason;

  constructor(reason: ServerStartReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
