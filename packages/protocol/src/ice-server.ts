/** STUN and TURN servers as browsers take them (W3C RTCIceServer), with `urls` always a list. */
import * as v from 'valibot';
import { MAX_ICE_SERVERS } from './limits.ts';

/** RFC 7064 and RFC 7065: `stun:host`, `turn:host:port?transport=udp`, `turns:[::1]:5349`. */
const ICE_URL =
  /^(?:stuns?|turns?):(?:[0-9A-Za-z._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?(?:\?transport=(?:udp|tcp))?$/u;

const Url = v.pipe(v.string(), v.regex(ICE_URL, 'is not a stun: or turn: URL'));

const IceServerSchema = v.object({
  urls: v.pipe(
    v.union([Url, v.array(Url)]),
    v.transform((urls): readonly string[] => (typeof urls === 'string' ? [urls] : urls)),
    v.maxLength(MAX_ICE_SERVERS),
  ),
  username: v.exactOptional(v.pipe(v.string(), v.maxLength(1024))),
  credential: v.exactOptional(v.pipe(v.string(), v.maxLength(1024))),
});

export const IceServersSchema = v.pipe(v.array(IceServerSchema), v.maxLength(MAX_ICE_SERVERS), v.readonly());

/** One STUN server, or one TURN server with its `username` and `credential`. */
export interface IceServer {
  readonly urls: readonly string[];
  readonly username?: string;
  readonly credential?: string;
}

/** Reads the body of `GET /turn-credentials`, already parsed; undefined where it has not that shape (SPEC.md, ICE2). */
export function readTurnCredentials(body: unknown): readonly IceServer[] | undefined {
  const parsed = v.safeParse(v.object({ iceServers: IceServersSchema }), body);
  return parsed.success ? parsed.output.iceServers : undefined;
}
