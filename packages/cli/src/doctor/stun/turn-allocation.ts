/** Asks a TURN server for an allocation, as a peer does before video goes through it, and gives it back. */
import {
  type Address,
  ATTRIBUTE,
  type Attribute,
  errorCode,
  longTermKey,
  METHOD,
  type Method,
  readAddress,
  type StunAnswer,
} from './stun-message.ts';

/** Asks that server, whichever way; undefined when no answer comes. */
export type Ask = (
  method: Method,
  attributes?: readonly Attribute[],
  key?: Buffer,
) => Promise<StunAnswer | undefined>;

export type Allocation =
  | { readonly kind: 'allocated'; readonly relayed: Address }
  | { readonly kind: 'no-answer' }
  /** RFC 8656, section 19: 403 forbidden, 486 quota reached, 508 no capacity; 0 for what is no TURN answer. */
  | { readonly kind: 'refused'; readonly code: number }
  /** It answers, and does not take the user name and password. */
  | { readonly kind: 'wrong-credentials' };

export interface Login {
  readonly username: string;
  readonly credential: string;
}

const UNAUTHORIZED = 401;
const STALE_NONCE = 438;

/** RFC 8656, section 14.7: protocol 17 is UDP, which is for the relay's other side. */
const UDP: Attribute = [ATTRIBUTE.requestedTransport, Buffer.from([17, 0, 0, 0])];
/** Seconds; 0 gives an allocation back (RFC 8656, section 7). */
const NO_LIFETIME: Attribute = [ATTRIBUTE.lifetime, Buffer.alloc(4)];

export async function tryAllocation(ask: Ask, login: Login): Promise<Allocation> {
  // RFC 8489, section 9.2.3: the first request has no password; the answer says for which realm one is wanted.
  let answer = await ask(METHOD.allocate, [UDP]);
  for (let attempt = 0; attempt < 2; attempt++) {
    if (answer === undefined) break;
    const signed = sign(answer, login);
    if (signed === undefined) return { kind: 'refused', code: errorCode(answer) };
    answer = await ask(METHOD.allocate, [UDP, ...signed.attributes], signed.key);
    if (answer?.success === true) {
      await ask(METHOD.refresh, [NO_LIFETIME, ...signed.attributes], signed.key);
      const relayed = readAddress(answer, ATTRIBUTE.xorRelayedAddress);
      return relayed === undefined ? { kind: 'refused', code: 0 } : { kind: 'allocated', relayed };
    }
    if (answer !== undefined && errorCode(answer) !== STALE_NONCE) break;
  }
  if (answer === undefined) return { kind: 'no-answer' };
  const code = errorCode(answer);
  return code === UNAUTHORIZED ? { kind: 'wrong-credentials' } : { kind: 'refused', code };
}

/** What the next request is signed with; undefined where the answer asks for no password. */
function sign(
  answer: StunAnswer,
  { username, credential }: Login,
): { readonly attributes: readonly Attribute[]; readonly key: Buffer } | undefined {
  const realm = answer.attributes.get(ATTRIBUTE.realm);
  const nonce = answer.attributes.get(ATTRIBUTE.nonce);
  if (realm === undefined || nonce === undefined) return undefined;
  const attributes: readonly Attribute[] = [
    [ATTRIBUTE.username, Buffer.from(username)],
    [ATTRIBUTE.realm, realm],
    [ATTRIBUTE.nonce, nonce],
  ];
  return { attributes, key: longTermKey(username, realm.toString('utf8'), credential) };
}
