/** What people say, twice over: as the model understands it and as it goes to the server. */
import { CANDIDATE, SDP } from './fake-peer.ts';
import { STREAMS, type Step } from './model-steps.ts';
import type { HeldToken, ModelTokens } from './model-tokens.ts';
import type { ModelMessage, ModelSocket, RelayType } from './reference-model.ts';

export type Phrase = [model: ModelMessage, fields: object | string];

/** What a page remembers of a session: enough to come back to it. */
export interface Session {
  readonly id: string;
  readonly stream: string;
  readonly resumeToken: string;
}

export class ModelPhrases {
  readonly #tokens: ModelTokens;
  readonly #sessions: readonly Session[];
  readonly #realIds: ReadonlyMap<string, string>;
  #sockets: readonly ModelSocket[] = [];
  #serial = 0;

  constructor(tokens: ModelTokens, sessions: readonly Session[], realIds: ReadonlyMap<string, string>) {
    this.#tokens = tokens;
    this.#sessions = sessions;
    this.#realIds = realIds;
  }

  /** The same message for the model and for the server. */
  of(step: Step, sender: ModelSocket, sockets: readonly ModelSocket[]): Phrase {
    this.#sockets = sockets;
    const stream = STREAMS[step.stream]!;
    switch (step.do) {
      case 'register': {
        const token = this.#tokens.choose(step, 'publish');
        return [
          { type: 'register', stream, token },
          { type: 'register', stream_id: stream, ...textOf(token) },
        ];
      }
      case 'resume':
        return this.#resume(step);
      case 'offer':
        return this.#relay(sender, step, 'offer', { sdp: `${SDP}a=x:${++this.#serial}\r\n` });
      case 'answer':
        return this.#relay(sender, step, 'answer', { sdp: `${SDP}a=x:${++this.#serial}\r\n` });
      case 'candidate':
        return this.#relay(sender, step, 'ice-candidate', {
          candidate: CANDIDATE,
          sdpMid: `${++this.#serial}`,
        });
      case 'state':
        return this.#relay(sender, step, 'stream-state', { state: 'camera-restarting' });
      case 'refuse':
        return this.#relay(sender, step, 'error', { message: 'no', code: 'too-many-viewers' });
      case 'ended':
        return [{ type: 'viewer-ended' }, { type: 'viewer-ended', viewer_id: this.#viewer(step.pick)[1] }];
      case 'ping':
        return [{ type: 'ping' }, { type: 'ping' }];
      case 'connected':
        return [{ type: 'connected' }, { type: 'connected', route: 'direct' }];
      case 'broken':
        return BROKEN[step.pick % BROKEN.length]!;
      default:
        return this.#join(step);
    }
  }

  #join(step: Step): Phrase {
    const stream = STREAMS[step.stream]!;
    const token = this.#tokens.choose(step, 'view');
    return [
      { type: 'join', stream, token },
      { type: 'join', stream_id: stream, ...textOf(token) },
    ];
  }

  #resume(step: Step): Phrase {
    const session = this.#sessions.at(-1 - (step.pick % 12)) ?? this.#sessions.at(-1);
    if (session === undefined) return this.#join(step);
    const stream = step.proof === 'other stream' ? STREAMS[step.stream]! : session.stream;
    const token = this.#tokens.choose({ ...step, stream: STREAMS.indexOf(stream as 'a') }, 'view');
    const { shown, proof } = this.#show(session, step);
    const id = step.proof === 'malformed' ? 'viewer-1' : session.id;
    return [
      { type: 'join', stream, token, resume: { id, proof } },
      {
        type: 'join',
        stream_id: stream,
        ...textOf(token),
        viewer_id: this.#realIds.get(id) ?? id,
        ...(shown === undefined ? {} : { resume_token: shown }),
      },
    ];
  }

  /** The resume token that goes along, and what it proves. */
  #show(session: Session, { proof, pick }: Step): { shown: string | undefined; proof: Session | undefined } {
    const other = this.#sessions[pick % this.#sessions.length]!;
    switch (proof) {
      case 'none':
        return { shown: undefined, proof: undefined };
      case 'forged':
        return { shown: session.resumeToken.replace(/\.[^.]+$/u, '.AAAA'), proof: undefined };
      case "another's":
        return { shown: other.resumeToken, proof: other };
      default:
        return { shown: session.resumeToken, proof: session };
    }
  }

  /** To somebody of the sender's room as a rule, to anybody else now and then. */
  #relay(sender: ModelSocket, step: Step, of: RelayType, content: object): Phrase {
    const { role, stream } = sender;
    const toStream = role === 'viewer' ? step.pick % 6 !== 0 : step.pick % 12 === 0;
    const named = role === 'viewer' && step.pick % 5 !== 0 ? stream : STREAMS[step.stream]!;
    const [to, realTo] = toStream
      ? [named, named]
      : this.#viewer(step.pick, role === 'broadcaster' ? stream : undefined);
    return [
      { type: 'relay', of, to, content: bare({ ...content }) },
      { type: of, to: realTo, ...content },
    ];
  }

  /** Some viewer's id: of those who are there as a rule, of those who ever were now and then. */
  #viewer(pick: number, stream?: string): [model: string, real: string] {
    const present = this.#sockets.filter(
      ({ role, stream: its }) =>
        role === 'viewer' && (stream === undefined || pick % 4 === 0 || its === stream),
    );
    const id =
      pick % 9 === 0 || present.length === 0
        ? this.#sessions[pick % this.#sessions.length]?.id
        : present[pick % present.length]?.viewerId;
    return id === undefined ? ['nobody', 'nobody'] : [id, this.#realIds.get(id) ?? id];
  }
}

/** Without sentences, tokens and servers, of which it only says that they are there. */
export function bare({
  message: _,
  ice_servers,
  resume_token,
  ...rest
}: Record<string, unknown>): Record<string, unknown> {
  return {
    ...rest,
    ...(resume_token === undefined ? {} : { resume: true }),
    ...(ice_servers === undefined ? {} : { ice: true }),
  };
}

function textOf(token: HeldToken | undefined): { token?: string } {
  return token === undefined ? {} : { token: token.text };
}

const BROKEN: readonly [ModelMessage, string][] = [
  [{ type: 'broken', code: 'bad-json' }, 'nonsense'],
  [{ type: 'broken', code: 'unknown-type' }, '{"type":"hello"}'],
  [{ type: 'broken', code: 'bad-stream-id' }, '{"type":"join","stream_id":""}'],
  [{ type: 'broken', code: 'bad-sdp' }, '{"type":"offer","to":"x","sdp":"no"}'],
  [{ type: 'broken', code: 'bad-message' }, '{"type":"register","stream_id":"a","token":"?"}'],
];
