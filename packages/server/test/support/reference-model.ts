/**
 * The rules of the rooms once more, in their plainest form: a list of sockets that is searched anew for everything.
 * Written from SPEC.md and not from the server's code. Ids are names that the model makes up; the test matches them with
 * the server's.
 */
import type { ErrorCode } from '@perch/protocol';
import type { Right } from '../../src/domain/access/authority.ts';
import type { Limits } from '../../src/domain/limits/limits.ts';

export interface ModelToken {
  readonly id: string;
  readonly right: Right;
  readonly stream: string;
  /** Signed by this server. */
  readonly genuine: boolean;
  readonly expiresAtMs?: number | undefined;
}

/** Whom a viewer says it was, and whose resume token it shows for that. */
export interface ModelResume {
  readonly id: string;
  readonly proof: { readonly id: string; readonly stream: string } | undefined;
}

export type ModelMessage =
  | { readonly type: 'register'; readonly stream: string; readonly token?: ModelToken | undefined }
  | {
      readonly type: 'join';
      readonly stream: string;
      readonly token?: ModelToken | undefined;
      readonly resume?: ModelResume | undefined;
    }
  /** `content` is all of it but `type`, `to` and `from`. */
  | { readonly type: 'relay'; readonly of: RelayType; readonly to: string; readonly content: object }
  | { readonly type: 'viewer-ended' | 'ping' | 'connected' }
  | { readonly type: 'broken'; readonly code: ErrorCode };

export type RelayType = 'offer' | 'answer' | 'ice-candidate' | 'stream-state' | 'error';

export interface ModelSocket {
  readonly address: string;
  readonly token: ModelToken | undefined;
  readonly openedAtMs: number;
  role: 'guest' | 'broadcaster' | 'viewer' | 'gone';
  stream: string;
  viewerId: string;
  /** Viewers of a room are told of in the order in which they joined. */
  joinedAs: number;
  announced: boolean;
  replaces: string | undefined;
  right: ModelToken | undefined;
  /** Joined a live stream and has not answered its offer. */
  unanswered: boolean;
  readonly messages: Bucket;
  /** What it was told and how it was closed, for the test to compare and to empty. */
  heard: object[];
  closed: { readonly code: number; readonly reason: string } | undefined;
}

interface Bucket {
  level: number;
  atMs: number;
}

export class ReferenceModel {
  nowMs: number;
  readonly revoked = new Set<string>();
  readonly #open: boolean;
  readonly #limits: Limits;
  #sockets: ModelSocket[] = [];
  #joinsOfAddress = new Map<string, Bucket>();
  #joins = 0;

  constructor(open: boolean, limits: Limits, nowMs: number) {
    this.#open = open;
    this.#limits = limits;
    this.nowMs = nowMs;
  }

  /** Everybody's socket is gone, and the server knows nothing but its secret. */
  crash(): void {
    this.#sockets = [];
    this.#joinsOfAddress = new Map();
  }

  connect(address: string, token: ModelToken | undefined): ModelSocket {
    const { nowMs } = this;
    const socket: ModelSocket = {
      address,
      token,
      openedAtMs: nowMs,
      role: 'guest',
      stream: '',
      viewerId: '',
      joinedAs: 0,
      announced: false,
      replaces: undefined,
      right: undefined,
      unanswered: false,
      messages: { level: this.#limits.viewerMessagesPerSecond * 20, atMs: nowMs },
      heard: [],
      closed: undefined,
    };
    this.#sockets.push(socket);
    return socket;
  }

  get counts(): { rooms: number; broadcasters: number; viewers: number } {
    const members = this.#sockets.filter(({ role }) => role === 'broadcaster' || role === 'viewer');
    return {
      rooms: new Set(members.map(({ stream }) => stream)).size,
      broadcasters: members.filter(({ role }) => role === 'broadcaster').length,
      viewers: members.filter(({ role }) => role === 'viewer').length,
    };
  }

  say(socket: ModelSocket, message: ModelMessage): void {
    if (socket.role === 'gone' || !this.#mayGoOn(socket, 1)) return;
    const code = this.#apply(socket, message);
    if (code === undefined) return;
    tell(socket, { type: 'error', code });
    if (code !== 'unknown-peer') this.#mayGoOn(socket, 5);
  }

  /** Its end, seen by the server: now, or long after its owner has forgotten it. */
  end(socket: ModelSocket, how: 'left' | 'lost'): void {
    this.#leave(socket, how);
    socket.role = 'gone';
    socket.unanswered = false;
  }

  /** AUTH5, LIMIT6. */
  checkTime(): void {
    for (const socket of this.#sockets) {
      const idle = this.nowMs - socket.openedAtMs >= this.#limits.idleSeconds * 1000;
      if (this.#isExpired(socket.right)) this.#dismiss(socket, 'token-expired', 4003);
      else if (socket.role === 'guest' && idle) this.#dismiss(socket, 'idle', 4008);
    }
  }

  /** AUTH5. */
  revoke(tokenId: string): void {
    this.revoked.add(tokenId);
    for (const socket of this.#sockets) {
      if (!this.#open && socket.right?.id === tokenId) this.#dismiss(socket, 'token-revoked', 4003);
    }
  }

  #apply(socket: ModelSocket, message: ModelMessage): ErrorCode | undefined {
    switch (message.type) {
      case 'register':
        return this.#register(socket, message.stream, message.token ?? socket.token);
      case 'join':
        return this.#join(socket, message.stream, message.token ?? socket.token, message.resume);
      case 'relay':
        return this.#relay(socket, message.of, message.to, message.content);
      case 'viewer-ended':
        return socket.role === 'broadcaster' ? undefined : 'wrong-role';
      case 'ping':
        tell(socket, { type: 'pong' });
        return undefined;
      case 'connected':
        return socket.role === 'viewer' ? undefined : 'wrong-role';
      case 'broken':
        return message.code;
    }
  }

  #register(socket: ModelSocket, stream: string, token: ModelToken | undefined): ErrorCode | undefined {
    const refusal = this.#checkRight(token, 'publish', stream) ?? this.#checkStreams(stream);
    if (refusal !== undefined) return refusal;
    socket.right = token;
    socket.unanswered = false;
    const wasBroadcaster = socket.role === 'broadcaster';
    if (!wasBroadcaster || socket.stream !== stream) this.#leave(socket, 'left');
    const previous = this.#broadcasterOf(stream);
    if (previous !== undefined && previous !== socket) {
      previous.role = 'gone';
      tell(previous, { type: 'error', code: 'replaced' });
      close(previous, 4001, 'replaced');
    }
    socket.role = 'broadcaster';
    socket.stream = stream;
    if (!wasBroadcaster) {
      socket.messages.level = this.#limits.broadcasterMessagesPerSecond * 20;
      socket.messages.atMs = this.nowMs;
    }
    tell(socket, { type: 'registered', stream_id: stream, ice: true });
    for (const viewer of this.#viewersOf(stream)) {
      if (previous === undefined) tell(viewer, { type: 'broadcaster-joined', stream_id: stream });
      announce(socket, viewer);
    }
    return undefined;
  }

  #join(
    socket: ModelSocket,
    stream: string,
    token: ModelToken | undefined,
    resume: ModelResume | undefined,
  ): ErrorCode | undefined {
    const watchesIt = socket.role === 'viewer' && socket.stream === stream;
    const isProven =
      socket.role !== 'viewer' && resume?.proof?.id === resume?.id && resume?.proof?.stream === stream;
    const resumedId = isProven ? resume?.id : undefined;
    const hasPlace = this.#viewersOf(stream).some(
      (it) => it.viewerId === resumedId || (watchesIt && it === socket),
    );
    const refusal =
      this.#checkRight(token, 'view', stream) ??
      this.#checkStreams(stream) ??
      (!hasPlace && this.#viewersOf(stream).length >= this.#limits.viewersPerStream
        ? 'too-many-viewers'
        : undefined) ??
      this.#checkJoins(socket.address);
    if (refusal !== undefined) return refusal;
    socket.right = token;
    socket.unanswered = false;
    const replaces = watchesIt ? socket.viewerId : undefined;
    this.#leave(socket, watchesIt ? 'lost' : 'left');
    const holder = this.#viewersOf(stream).find(({ viewerId }) => viewerId === resumedId);
    if (holder !== undefined) {
      this.#leave(holder, 'lost');
      holder.role = 'gone';
      close(holder, 4001, 'replaced');
    }
    this.#joins += 1;
    socket.role = 'viewer';
    socket.stream = stream;
    socket.viewerId = resumedId ?? `viewer ${this.#joins}`;
    socket.joinedAs = this.#joins;
    socket.announced = resumedId !== undefined;
    socket.replaces = replaces;
    const resumed = socket.announced ? { resumed: true } : {};
    const joined = { type: 'joined', viewer_id: socket.viewerId, stream_id: stream, ...resumed };
    tell(socket, { ...joined, resume: true, ice: true });
    const broadcaster = this.#broadcasterOf(stream);
    if (broadcaster === undefined) {
      tell(socket, { type: 'error', code: 'stream-not-available' });
    } else {
      socket.unanswered = resumedId === undefined;
      announce(broadcaster, socket);
    }
    return undefined;
  }

  #relay(sender: ModelSocket, type: RelayType, to: string, content: object): ErrorCode | undefined {
    const isBroadcaster = sender.role === 'broadcaster';
    const allowed = isBroadcaster
      ? type !== 'answer'
      : sender.role === 'viewer' && (type === 'answer' || type === 'ice-candidate');
    if (!allowed) return 'wrong-role';
    const receiver = isBroadcaster
      ? this.#viewersOf(sender.stream).find(({ viewerId }) => viewerId === to)
      : to === sender.stream
        ? this.#broadcasterOf(sender.stream)
        : undefined;
    if (receiver === undefined) return 'unknown-peer';
    tell(receiver, { type, from: isBroadcaster ? sender.stream : sender.viewerId, ...content });
    if (type === 'answer') sender.unanswered = false;
    return undefined;
  }

  /** REG3, REG5, JOIN5, JOIN6. */
  #leave(socket: ModelSocket, how: 'left' | 'lost'): void {
    const { role, stream } = socket;
    if (role === 'gone') return;
    socket.role = 'guest';
    if (role === 'broadcaster') {
      for (const viewer of this.#viewersOf(stream)) tell(viewer, { type: 'broadcaster-left' });
    }
    if (role === 'viewer') {
      const gone = how === 'left' ? { gone: true } : {};
      tell(this.#broadcasterOf(stream), { type: 'viewer-left', viewer_id: socket.viewerId, ...gone });
    }
  }

  #dismiss(socket: ModelSocket, code: ErrorCode, closeCode: number): void {
    if (socket.role === 'gone') return;
    this.end(socket, 'left');
    tell(socket, { type: 'error', code });
    close(socket, closeCode, code);
  }

  /** AUTH1, AUTH3. */
  #checkRight(token: ModelToken | undefined, right: Right, stream: string): ErrorCode | undefined {
    if (this.#open) return undefined;
    if (token === undefined) return 'token-missing';
    if (!token.genuine) return 'token-invalid';
    if (this.#isExpired(token)) return 'token-expired';
    if (this.revoked.has(token.id)) return 'token-revoked';
    return token.right === right && token.stream === stream ? undefined : 'forbidden';
  }

  #isExpired(token: ModelToken | undefined): boolean {
    return !this.#open && token?.expiresAtMs !== undefined && token.expiresAtMs <= this.nowMs;
  }

  /** LIMIT2. */
  #checkStreams(stream: string): ErrorCode | undefined {
    const exists = this.#broadcasterOf(stream) !== undefined || this.#viewersOf(stream).length > 0;
    return exists || this.counts.rooms < this.#limits.streams ? undefined : 'too-many-streams';
  }

  /** LIMIT3. */
  #checkJoins(address: string): ErrorCode | undefined {
    const unanswered = this.#sockets.filter((it) => it.unanswered && it.address === address).length;
    if (unanswered >= this.#limits.pendingJoinsPerAddress) return 'too-many-connections';
    const perMinute = this.#limits.joinsPerMinute;
    const bucket = this.#joinsOfAddress.get(address) ?? { level: perMinute, atMs: this.nowMs };
    this.#joinsOfAddress.set(address, bucket);
    return this.#spend(bucket, 1, perMinute / 60, perMinute) ? undefined : 'too-many-connections';
  }

  /** LIMIT4. */
  #mayGoOn(socket: ModelSocket, cost: number): boolean {
    const { broadcasterMessagesPerSecond, viewerMessagesPerSecond } = this.#limits;
    const rate = socket.role === 'broadcaster' ? broadcasterMessagesPerSecond : viewerMessagesPerSecond;
    if (this.#spend(socket.messages, cost, rate, rate * 20)) return true;
    this.#dismiss(socket, 'rate-limited', 4008);
    return false;
  }

  #spend(bucket: Bucket, cost: number, perSecond: number, burst: number): boolean {
    const level = Math.min(burst, bucket.level + ((this.nowMs - bucket.atMs) / 1000) * perSecond);
    const enough = level >= cost;
    bucket.level = enough ? level - cost : level;
    bucket.atMs = this.nowMs;
    return enough;
  }

  #broadcasterOf(stream: string): ModelSocket | undefined {
    return this.#sockets.find((it) => it.role === 'broadcaster' && it.stream === stream);
  }

  #viewersOf(stream: string): ModelSocket[] {
    return this.#sockets
      .filter((it) => it.role === 'viewer' && it.stream === stream)
      .sort((a, b) => a.joinedAs - b.joinedAs);
  }
}

function tell(socket: ModelSocket | undefined, message: object): void {
  if (socket?.closed === undefined) socket?.heard.push(message);
}

function close(socket: ModelSocket, code: number, reason: string): void {
  socket.closed ??= { code, reason };
}

/** REG4, JOIN8, RESUME3. */
function announce(broadcaster: ModelSocket, viewer: ModelSocket): void {
  const resumed = viewer.announced ? { resumed: true } : {};
  const replaces = viewer.announced || viewer.replaces === undefined ? {} : { replaces: viewer.replaces };
  viewer.announced = true;
  tell(broadcaster, {
    type: 'viewer-joined',
    viewer_id: viewer.viewerId,
    ...resumed,
    ...replaces,
    ice: true,
  });
}
