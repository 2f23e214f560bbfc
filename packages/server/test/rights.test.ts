/** Who may do what: every role, in every state, with every token, sending every message, to every target. */
import type { ClientMessage } from '@perch/protocol';
import { describe, expect, test } from 'vitest';
import { openAuthority } from '../src/adapters/access/authorities.ts';
import type { Authority } from '../src/domain/access/authority.ts';
import { LinkSharing, type NewLink } from '../src/domain/access/link-sharing.ts';
import { DEFAULT_LIMITS } from '../src/domain/limits/limits.ts';
import { closedAuthority } from './support/closed-authority.ts';
import {
  CANDIDATE,
  type Client,
  type FixtureParts,
  RoomsFixture,
  SDP,
  viewerId,
} from './support/fake-peer.ts';
import { OPEN_BUILD } from './support/planted-faults.ts';

type Server = ReturnType<typeof closedAuthority>;

/** What somebody may hold. */
const TOKENS: Record<string, (server: Server) => string | undefined> = {
  none: () => undefined,
  'to publish cam': (server) => server.sign('publish', 'cam'),
  'to view cam': (server) => server.sign('view', 'cam'),
  'to publish another': (server) => server.sign('publish', 'another'),
  'to view another': (server) => server.sign('view', 'another'),
  expired: (server) => server.sign('publish', 'cam', { expiresIn: -1 }),
  revoked: (server) => server.sign('view', 'cam', { id: 'revoked' }),
  'to view cam and share it': (server) => server.sign('view', 'cam', { mayShare: true }),
  'of a link that a viewer made': (server) => server.sign('view', 'cam', { sharedBy: 'other' }),
  'of a link of a revoked viewer': (server) => server.sign('view', 'cam', { sharedBy: 'revoked' }),
  'to share, expired': (server) => server.sign('view', 'cam', { mayShare: true, expiresIn: -1 }),
  'to share, revoked': (server) => server.sign('view', 'cam', { mayShare: true, id: 'revoked' }),
  'to share another': (server) => server.sign('view', 'another', { mayShare: true }),
  'of another server': (server) => server.forge('publish', 'cam'),
  unsigned: () => 'eyJhbGciOiJub25lIn0.eyJyaWdodCI6InZpZXciLCJzdWIiOiJjYW0ifQ.',
  'no token at all': () => 'cam',
};

/** The table of rights: what register, join and making a link with each token come to. */
const ALLOWED: Record<string, readonly [register: string, join: string, share: string]> = {
  none: ['token-missing', 'token-missing', 'token-missing'],
  'to publish cam': ['allowed', 'forbidden', 'forbidden'],
  'to view cam': ['forbidden', 'allowed', 'forbidden'],
  'to publish another': ['forbidden', 'forbidden', 'forbidden'],
  'to view another': ['forbidden', 'forbidden', 'forbidden'],
  expired: ['token-expired', 'token-expired', 'token-expired'],
  revoked: ['token-revoked', 'token-revoked', 'token-revoked'],
  'to view cam and share it': ['forbidden', 'allowed', 'allowed'],
  'of a link that a viewer made': ['forbidden', 'allowed', 'forbidden'],
  'of a link of a revoked viewer': ['token-revoked', 'token-revoked', 'token-revoked'],
  'to share, expired': ['token-expired', 'token-expired', 'token-expired'],
  'to share, revoked': ['token-revoked', 'token-revoked', 'token-revoked'],
  'to share another': ['forbidden', 'forbidden', 'forbidden'],
  'of another server': ['token-invalid', 'token-invalid', 'token-invalid'],
  unsigned: ['token-invalid', 'token-invalid', 'token-invalid'],
  'no token at all': ['token-invalid', 'token-invalid', 'token-invalid'],
};

const WAYS = ['in the message', 'with the connection'] as const;

type Cell = readonly [
  message: 'register' | 'join',
  token: string,
  way: (typeof WAYS)[number],
  expected: string,
];

const CELLS: readonly Cell[] = Object.entries(ALLOWED).flatMap(([token, [register, join]]) =>
  WAYS.flatMap((way): Cell[] => [
    ['register', token, way, register],
    ['join', token, way, join],
  ]),
);

/** What one cell comes to at this server. */
function outcome(fixture: RoomsFixture, [type, , way]: Cell, token: string | undefined): string {
  const client = fixture.client(way === 'with the connection' ? { token } : {});
  const inMessage = way === 'in the message' && token !== undefined ? { token } : {};
  client.say({ type, stream_id: 'cam', ...inMessage });
  const answers = client.heard();
  const refusal = answers.find((it) => it.type === 'error' && it.code !== 'stream-not-available');
  if (refusal?.type === 'error') {
    // A refusal leaves nothing behind.
    expect(answers).toHaveLength(1);
    expect(fixture.rooms.counts).toEqual({ rooms: 0, broadcasters: 0, viewers: 0 });
    return String(refusal.code);
  }
  return answers.length > 0 ? 'allowed' : 'silence';
}

function run(cell: Cell, authorityOf: (server: Server) => Authority): string {
  const server = closedAuthority();
  server.revoke('revoked');
  const token = TOKENS[cell[1]]?.(server);
  return outcome(new RoomsFixture({ authority: authorityOf(server) }), cell, token);
}

/** What making a link to cam comes to. */
function shareOutcome(authority: Authority, token: string | undefined): string {
  const kept: NewLink[] = [];
  const sharing = new LinkSharing({
    authority,
    store: {
      addLink: (link) => {
        kept.push(link);
        return { token: 'a.b.c', name: 'link', expiresAtMs: link.expiresAtMs };
      },
    },
    limits: DEFAULT_LIMITS,
    now: () => 0,
    report: () => undefined,
    reportTrouble: () => undefined,
  });
  const sharer = sharing.sharerOf(token, 'cam');
  if (!sharer.ok) return sharer.code;
  expect(sharing.share(sharer.value, { seconds: 3600 }).ok).toBe(true);
  expect(kept).toMatchObject([{ streamId: 'cam' }]);
  return 'allowed';
}

describe('tokens', () => {
  test.each(Object.keys(ALLOWED))(
    '[LINK1] [AUTH3] a link made with a token %s: as the table says',
    (name) => {
      const server = closedAuthority();
      server.revoke('revoked');
      expect(shareOutcome(server.authority, TOKENS[name]?.(server))).toBe(ALLOWED[name]?.[2]);
    },
  );

  test.each(CELLS)('[AUTH1] [AUTH2] [AUTH3] %s with a token %s, %s: %s', (...cell) => {
    expect(run(cell, (server) => server.authority)).toBe(cell[3]);
  });

  test('[AUTH1] the same cells fail on a server that checks nothing', () => {
    const wrong = CELLS.filter((cell) => run(cell, () => openAuthority(new Uint8Array(32))) !== cell[3]);
    expect(wrong.map((cell) => cell[3])).not.toContain('allowed');
    expect(wrong).toHaveLength(CELLS.filter(([, , , expected]) => expected !== 'allowed').length);
  });

  test('[AUTH2] the token in the message goes before the one of the connection', () => {
    const server = closedAuthority();
    const fixture = new RoomsFixture({ authority: server.authority });
    const client = fixture.client({ token: server.sign('view', 'cam') });
    client.say({ type: 'join', stream_id: 'cam', token: 'no.good.token' });
    expect(client.heard()).toMatchObject([{ type: 'error', code: 'token-invalid' }]);
  });

  test('[AUTH4] no message to a peer has the token of another', () => {
    const server = closedAuthority();
    const fixture = new RoomsFixture({ authority: server.authority });
    const camera = fixture.client();
    const publish = server.sign('publish', 'cam');
    camera.say({ type: 'register', stream_id: 'cam', token: publish });
    const viewer = fixture.client();
    const view = server.sign('view', 'cam');
    viewer.say({ type: 'join', stream_id: 'cam', token: view });
    expect(JSON.stringify([...camera.heard(), ...viewer.heard(), fixture.events])).not.toMatch(
      new RegExp(`${publish}|${view}`),
    );
  });
});

/** Somebody's place in a room, and what is wrong with it. */
const SENDERS = {
  guest: (room: TestRoom) => room.fixture.client(),
  broadcaster: (room: TestRoom) => room.camera,
  viewer: (room: TestRoom) => room.viewer,
  'viewer who offers': (room: TestRoom) => room.player,
  'broadcaster of another stream': (room: TestRoom) => room.fixture.broadcaster('another'),
  'viewer of another stream': (room: TestRoom) => room.fixture.viewer('another'),
  'broadcaster who was replaced': (room: TestRoom) => {
    const { camera } = room;
    room.camera = room.fixture.broadcaster();
    return camera;
  },
  'viewer who left': (room: TestRoom) => {
    const gone = room.fixture.viewer();
    gone.hangUp();
    return gone;
  },
} as const;

const TARGETS = {
  'the stream': 'cam',
  'a viewer of it': viewerId(1),
  'another viewer of it': viewerId(2),
  'a viewer of it who offers': viewerId(3),
  'another stream': 'another',
  'a viewer of another stream': viewerId(4),
  'who left': viewerId(5),
  nobody: 'viewer-0',
} as const;

const MESSAGES = {
  offer: (to: string): ClientMessage => ({ type: 'offer', to, sdp: SDP }),
  answer: (to: string): ClientMessage => ({ type: 'answer', to, sdp: SDP }),
  'ice-candidate': (to: string): ClientMessage => ({ type: 'ice-candidate', to, candidate: CANDIDATE }),
  'stream-state': (to: string): ClientMessage => ({ type: 'stream-state', to, state: 'live' }),
  error: (to: string): ClientMessage => ({ type: 'error', to, message: 'no', code: 'refused' }),
  'viewer-ended': (to: string): ClientMessage => ({ type: 'viewer-ended', viewer_id: to }),
} as const;

/** What is for the server alone. */
const SERVER_MESSAGES = {
  snapshot: (): ClientMessage => ({ type: 'snapshot', id: 'x', reason: 'failed' }),
  connected: (): ClientMessage => ({ type: 'connected', route: 'direct' }),
  ping: (): ClientMessage => ({ type: 'ping' }),
} as const;

type Sender = keyof typeof SENDERS;
type Target = keyof typeof TARGETS | 'the server';
type Message = keyof typeof MESSAGES | keyof typeof SERVER_MESSAGES;
type Effect = 'reaches one' | 'ends one' | 'is counted' | 'is answered' | 'does nothing' | 'is refused';
type RoleCell = readonly [Sender, Message, Target];

const VIEWERS_BY_SOCKET = ['a viewer of it', 'another viewer of it'] as const;

/** All that is allowed, and what comes of it; everything else is refused. */
const ALLOWED_EFFECTS: readonly (readonly [Effect, ...RoleCell])[] = [
  ...(['offer', 'ice-candidate', 'stream-state', 'error'] as const).flatMap((message) =>
    VIEWERS_BY_SOCKET.map((target) => ['reaches one', 'broadcaster', message, target] as const),
  ),
  ...(['answer', 'ice-candidate', 'stream-state', 'error'] as const).map(
    (message) => ['reaches one', 'broadcaster', message, 'a viewer of it who offers'] as const,
  ),
  ['reaches one', 'viewer', 'answer', 'the stream'],
  ['reaches one', 'viewer', 'ice-candidate', 'the stream'],
  ['reaches one', 'viewer who offers', 'offer', 'the stream'],
  ['reaches one', 'viewer who offers', 'ice-candidate', 'the stream'],
  ...(['offer', 'ice-candidate', 'stream-state', 'error'] as const).map(
    (message) =>
      ['reaches one', 'broadcaster of another stream', message, 'a viewer of another stream'] as const,
  ),
  ['reaches one', 'viewer of another stream', 'answer', 'another stream'],
  ['reaches one', 'viewer of another stream', 'ice-candidate', 'another stream'],
  ...(['broadcaster', 'broadcaster of another stream'] as const).flatMap((sender) => [
    ...(Object.keys(TARGETS) as Target[]).map((target) => {
      const ends = sender === 'broadcaster' && target === 'a viewer of it who offers';
      return [ends ? 'ends one' : 'does nothing', sender, 'viewer-ended', target] as const;
    }),
    // Nobody asked for one.
    ['does nothing', sender, 'snapshot', 'the server'] as const,
  ]),
  ...(['viewer', 'viewer who offers', 'viewer of another stream'] as const).map(
    (sender) => ['is counted', sender, 'connected', 'the server'] as const,
  ),
  ...(Object.keys(SENDERS) as Sender[]).map(
    (sender) => ['is answered', sender, 'ping', 'the server'] as const,
  ),
];

const GONE: ReadonlySet<Sender> = new Set<Sender>(['broadcaster who was replaced', 'viewer who left']);

interface TestRoom {
  readonly fixture: RoomsFixture;
  camera: Client;
  readonly viewer: Client;
  readonly player: Client;
  readonly everyone: Client[];
}

/**
 * Two streams with three viewers in one, of whom one offers, and one in the other, whose camera may be the sender, and one
 * who left.
 */
function makeRoom(parts: Partial<FixtureParts>): TestRoom {
  const fixture = new RoomsFixture({ parts });
  const everyone: Client[] = [];
  const keep = (client: Client) => {
    everyone.push(client);
    return client;
  };
  const camera = keep(fixture.broadcaster());
  const viewer = keep(fixture.viewer());
  keep(fixture.viewer());
  const player = keep(fixture.viewer('cam', { offers: true }));
  keep(fixture.broadcaster('another'));
  keep(fixture.viewer('another'));
  fixture.viewer().hangUp();
  return { fixture, camera, viewer, player, everyone };
}

const ROLE_CELLS: readonly RoleCell[] = (Object.keys(SENDERS) as Sender[]).flatMap((sender) => [
  ...(Object.keys(MESSAGES) as Message[]).flatMap((message) =>
    (Object.keys(TARGETS) as Target[]).map((target) => [sender, message, target] as const),
  ),
  ...(Object.keys(SERVER_MESSAGES) as Message[]).map((message) => [sender, message, 'the server'] as const),
]);

function allowedEffect(cell: RoleCell): Effect {
  if (GONE.has(cell[0])) return 'does nothing';
  const allowed = ALLOWED_EFFECTS.find(([, ...it]) => it.every((part, n) => part === cell[n]));
  return allowed?.[0] ?? 'is refused';
}

function messageOf([, message, target]: RoleCell): ClientMessage {
  const id = target === 'the server' ? '' : TARGETS[target];
  return { ...MESSAGES, ...SERVER_MESSAGES }[message](id);
}

/** What one cell comes to: what others heard, what its sender was told, what was counted. */
function effectOf(cell: RoleCell, parts: Partial<FixtureParts> = {}): Effect {
  const room = makeRoom(parts);
  const from = SENDERS[cell[0]](room);
  const others = [...new Set([...room.everyone, room.camera])].filter((client) => client !== from);
  for (const client of [...others, from]) client.heard();
  const wasClosed = new Set(others.filter(({ peer }) => peer.closed !== undefined));
  room.fixture.events.length = 0;
  from.say(messageOf(cell));
  const reached = others.filter((client) => client.heard().length > 0).length;
  const ended = others.filter((client) => client.peer.closed !== undefined && !wasClosed.has(client)).length;
  const [told] = from.heard();
  expect(reached + ended).toBeLessThanOrEqual(1);
  if (told?.type === 'error' && told.from === undefined) {
    // A refusal is told to its sender, and to nobody else.
    expect(reached + ended).toBe(0);
    return 'is refused';
  }
  if (reached === 1) return 'reaches one';
  if (ended === 1) return 'ends one';
  if (room.fixture.events.some(({ type }) => type === 'connected')) return 'is counted';
  return told?.type === 'pong' ? 'is answered' : 'does nothing';
}

describe('messages', () => {
  test.each(ROLE_CELLS)(
    '[RELAY1] [RELAY3] [RELAY4] [WHEP4] [WHEP8] [SNAP6] [ICE10] a %s sends %s to %s',
    (...cell) => {
      expect(effectOf(cell)).toBe(allowedEffect(cell));
    },
  );

  test('[RELAY4] the same cells fail on a server that takes everything from everyone', () => {
    const forbidden = ROLE_CELLS.filter((cell) => allowedEffect(cell) === 'is refused');
    expect(forbidden.length).toBeGreaterThan(200);
    expect(forbidden.filter((cell) => effectOf(cell, OPEN_BUILD) === 'is refused')).toEqual([]);
  });
});

describe('a right that ends', () => {
  function pair(server: Server, options: { expiresIn?: number } = {}) {
    const fixture = new RoomsFixture({ authority: server.authority });
    fixture.nowMs = server.scheduler.now();
    const camera = fixture.client();
    const viewer = fixture.client();
    camera.say({ type: 'register', stream_id: 'cam', token: server.sign('publish', 'cam', { id: 'p' }) });
    viewer.say({
      type: 'join',
      stream_id: 'cam',
      token: server.sign('view', 'cam', { id: 'v', ...options }),
    });
    camera.heard();
    viewer.heard();
    return { fixture, camera, viewer };
  }

  test('[AUTH5] a revoked viewer is told, closed with 4003, and gone for the broadcaster', () => {
    const { camera, viewer } = pair(closedAuthority());
    viewer.checkRevoked(['x', 'v']);
    camera.checkRevoked(['x', 'v']);
    expect(viewer.peer.sent).toMatchObject([{ type: 'error', code: 'token-revoked' }]);
    expect(viewer.peer.closed).toEqual({ code: 4003, reason: 'token-revoked' });
    expect(camera.heard()).toEqual([{ type: 'viewer-left', viewer_id: viewerId(1), gone: true }]);
    expect(camera.peer.closed).toBeUndefined();
  });

  test('[LINK4] who watches by a link that a viewer made is out when that viewer is, and not the other way round', () => {
    const server = closedAuthority();
    const fixture = new RoomsFixture({ authority: server.authority });
    const sharer = fixture.client();
    const guest = fixture.client();
    const join = (claims: object) =>
      ({ type: 'join', stream_id: 'cam', token: server.sign('view', 'cam', claims) }) as const;
    sharer.say(join({ id: 'sharer', mayShare: true }));
    guest.say(join({ id: 'guest', sharedBy: 'sharer' }));
    for (const client of [sharer, guest]) client.checkRevoked(['guest of somebody else']);
    expect(guest.peer.closed).toBeUndefined();
    sharer.checkRevoked(['guest']);
    expect(sharer.peer.closed).toBeUndefined();
    guest.checkRevoked(['sharer']);
    expect(guest.peer.closed).toEqual({ code: 4003, reason: 'token-revoked' });
  });

  test('[AUTH5] a revoked broadcaster leaves its stream', () => {
    const { camera, viewer } = pair(closedAuthority());
    camera.checkRevoked(['p']);
    expect(camera.peer.closed).toEqual({ code: 4003, reason: 'token-revoked' });
    expect(viewer.heard()).toEqual([{ type: 'broadcaster-left' }]);
  });

  test('[AUTH5] a session ends when its token expires, and not before', () => {
    const { fixture, camera, viewer } = pair(closedAuthority(), { expiresIn: 60 });
    fixture.nowMs += 59_999;
    viewer.checkTime();
    expect(viewer.peer.closed).toBeUndefined();
    fixture.nowMs += 1;
    viewer.checkTime();
    camera.checkTime();
    expect(viewer.heard()).toMatchObject([{ type: 'error', code: 'token-expired' }]);
    expect(viewer.peer.closed).toEqual({ code: 4003, reason: 'token-expired' });
    expect(camera.peer.closed).toBeUndefined();
  });

  test('[AUTH3] [AUTH5] a refused request leaves a session on the right that it has', () => {
    const server = closedAuthority();
    const fixture = new RoomsFixture({ authority: server.authority, limits: { streams: 1 } });
    const viewer = fixture.client();
    viewer.say({ type: 'join', stream_id: 'cam', token: server.sign('view', 'cam', { id: 'v' }) });
    const other = server.sign('publish', 'another', { id: 'p' });
    viewer.say({ type: 'register', stream_id: 'another', token: other });
    expect(viewer.heard().at(-1)).toMatchObject({ code: 'too-many-streams' });
    viewer.checkRevoked(['p']);
    expect(viewer.peer.closed).toBeUndefined();
    viewer.checkRevoked(['v']);
    expect(viewer.peer.closed).toEqual({ code: 4003, reason: 'token-revoked' });
  });

  test('[AUTH5] what the owner takes back ends within a second or two on a running server', () => {
    const server = closedAuthority();
    const { viewer } = pair(server);
    server.authority.onRevoked((ids) => viewer.checkRevoked([...ids]));
    server.revoke('v');
    expect(viewer.peer.closed).toMatchObject({ code: 4003 });
  });
});
