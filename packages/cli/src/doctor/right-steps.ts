/** From the WebSocket's upgrade to a place in a room, asked for as a viewer: whether the token lets one in. */
import type { ServerMessage, ServerMessageOf } from '@perch/protocol';
import { Signaling } from './signaling.ts';
import { failed, type Outcome, ok } from './step.ts';
import type { Target } from './target.ts';

export async function upgradeStep({ webSocketUrl }: Target): Promise<[Outcome, Signaling | undefined]> {
  const upgrade = await Signaling.open(webSocketUrl);
  if (upgrade.ok) return [ok('a WebSocket opens'), upgrade.signaling];
  return [
    upgrade.status === undefined ? silentUpgrade(upgrade.code) : refusedUpgrade(upgrade.status),
    undefined,
  ];
}

function refusedUpgrade(status: number): Outcome {
  const found = `the WebSocket is refused with HTTP status ${status}`;
  switch (status) {
    case 401:
    case 403:
      return failed(
        found,
        'a proxy before Perch wants a login, or lets some addresses in only: its log says which rule',
        'Perch itself refuses pages of other sites alone (--allow-origin)',
      );
    case 429:
      return failed(
        found,
        'this address has too many connections: close pages and wait a minute. Behind a proxy all viewers are one address until perch serve gets --trust-proxy',
      );
    case 502:
    case 503:
    case 504:
      return failed(
        found,
        'the proxy does not reach perch serve: does it run, and does the proxy know its port?',
      );
    default:
      return failed(
        found,
        'a proxy before Perch does not pass WebSockets on. nginx: proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade"',
      );
  }
}

function silentUpgrade(code: string): Outcome {
  return failed(
    `HTTP works, and no WebSocket opens: ${code}`,
    "a proxy or a firewall that looks into HTTP stops it: try from another network; if that works, it is this network's",
    'where it fails everywhere, TLS helps: a proxy with a certificate before Perch, and wss://',
  );
}

export interface Entry {
  readonly streamId: string;
  readonly token: string | undefined;
}

type Refused = ServerMessageOf<'error'>;
export type Joined = ServerMessageOf<'joined'>;

export async function tokenStep(
  signaling: Signaling,
  { streamId, token }: Entry,
): Promise<[Outcome, Joined | undefined]> {
  signaling.send({ type: 'join', stream_id: streamId, ...(token === undefined ? {} : { token }) });
  const answer = await signaling.hear(isAnswer);
  if (answer === undefined) {
    return [
      failed('the server does not answer a join', 'restart perch serve, and look at its log'),
      undefined,
    ];
  }
  if (answer.type === 'error') return [refusedJoin(answer, streamId, token), undefined];
  const how = token === undefined ? 'without a token' : 'with this token';
  return [ok(`${quoted(streamId)} may be watched ${how}`, await sayWhetherLive(signaling)), answer];
}

/** The server says at once when nobody broadcasts (SPEC.md, JOIN3): before it answers a ping. */
async function sayWhetherLive(signaling: Signaling): Promise<string | undefined> {
  signaling.send({ type: 'ping' });
  await signaling.hear((message): message is ServerMessageOf<'pong'> => message.type === 'pong');
  const offline = await signaling.hear(
    (message): message is Refused => message.type === 'error' && message.code === 'stream-not-available',
    0,
  );
  if (offline === undefined) return undefined;
  return "nobody broadcasts this stream now: is the Pi's STREAM_ID the same? journalctl -u perch-stream -e there";
}

function refusedJoin({ code, message }: Refused, streamId: string, token: string | undefined): Outcome {
  const stream = quoted(streamId);
  const anew = `make a new link on the server: perch token --view ${streamId}`;
  const claims = token === undefined ? undefined : readClaims(token);
  switch (code) {
    case 'token-missing':
      return failed(
        'this server wants a token',
        `give the whole link, which --link asks for, or PERCH_TOKEN; or ${anew}`,
      );
    case 'token-invalid':
      return failed(
        claims === undefined ? 'this is no token at all' : 'the token was not signed by this server',
        claims === undefined
          ? 'was it copied whole? It has three parts with dots between them'
          : "another server made it, or the server's state folder is new: its old links are void",
        anew,
      );
    case 'token-expired':
      return failed('the token has expired', anew, "if it is new: is the server's clock right? timedatectl");
    case 'token-revoked':
      return failed('the owner has taken this token back', anew);
    case 'forbidden':
      // Whoever runs this on the Pi has the token that publishes; registering with it would end the live stream.
      if (claims?.right === 'publish' && claims.sub === streamId) {
        return ok(
          `the token is good for publishing ${stream}`,
          'watching needs another one: perch token --view',
        );
      }
      return failed(
        `the token is for ${claims?.sub === undefined ? 'something else' : quoted(claims.sub)}, not for ${stream}`,
        `is STREAM_ID right? Or ${anew}`,
      );
    default:
      return failed(`the server refuses: ${message} (${code ?? 'no code'})`, 'wait a minute, and try again');
  }
}

/** What a token says of itself, unchecked: for words to a person, never for a decision. */
function readClaims(token: string): { readonly right?: unknown; readonly sub?: string } | undefined {
  try {
    const [, payload = ''] = token.split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Record<string, unknown>;
    return { right: claims['right'], ...(typeof claims['sub'] === 'string' ? { sub: claims['sub'] } : {}) };
  } catch {
    return undefined;
  }
}

function isAnswer(message: ServerMessage): message is Joined | Refused {
  return message.type === 'joined' || message.type === 'error';
}

function quoted(name: string): string {
  return `"${name.replace(/\p{Cc}/gu, ' ')}"`;
}
