import { describe, expect, test } from 'vitest';
import { CANDIDATE, type Client, ICE_SERVERS, RoomsFixture, SDP, viewerId } from './support/fake-peer.ts';

const register = (stream_id: string) => ({ type: 'register', stream_id }) as const;
const join = (stream_id: string) => ({ type: 'join', stream_id }) as const;
const joinAs = (fixture: RoomsFixture, stream_id: string, viewer_id: string) =>
  ({ type: 'join', stream_id, ...fixture.lost(viewer_id, stream_id) }) as const;
const NOT_AVAILABLE = { type: 'error', message: 'Stream not available', code: 'stream-not-available' };

describe('broadcasters', () => {
  test('[REG1] register is answered with registered, and the socket is the broadcaster', () => {
    const fixture = new RoomsFixture();
    const camera = fixture.client();
    camera.say(register('cam'));
    expect(camera.heardBrief()).toEqual([{ type: 'registered', stream_id: 'cam' }]);
    expect(fixture.rooms.counts).toEqual({ rooms: 1, broadcasters: 1, viewers: 0 });
  });

  test('[REG2] a second socket takes the stream: the first is told, closed with 4001 and changes nothing', () => {
    const fixture = new RoomsFixture();
    const old = fixture.broadcaster();
    const viewer = fixture.viewer();
    old.heard();
    const fresh = fixture.broadcaster();
    expect(old.heard()).toMatchObject([{ type: 'error', code: 'replaced' }]);
    expect(old.peer.closed).toEqual({ code: 4001, reason: 'replaced' });

    old.say({ type: 'offer', to: viewerId(1), sdp: SDP });
    old.say(register('cam'));
    old.hangUp();
    expect(viewer.heard()).toEqual([]);
    expect(fixture.rooms.counts.broadcasters).toBe(1);
    fresh.say({ type: 'offer', to: viewerId(1), sdp: SDP });
    expect(viewer.heard()).toEqual([{ type: 'offer', from: 'cam', sdp: SDP }]);
    viewer.say({ type: 'answer', to: 'cam', sdp: SDP });
    expect(fresh.heard()).toEqual([{ type: 'answer', from: viewerId(1), sdp: SDP }]);
  });

  test('[REG3] registering a second stream gives up the first, and no ghost stays behind', () => {
    const fixture = new RoomsFixture();
    const camera = fixture.broadcaster('one');
    const viewer = fixture.viewer('one');
    camera.heard();
    camera.say(register('two'));
    expect(camera.heardBrief()).toEqual([{ type: 'registered', stream_id: 'two' }]);
    expect(viewer.heard()).toEqual([{ type: 'broadcaster-left' }]);
    expect(fixture.rooms.counts.broadcasters).toBe(1);
    const late = fixture.client();
    late.say(join('one'));
    expect(late.heardBrief()).toContainEqual(NOT_AVAILABLE);
  });

  test('[REG3] one socket that registers a hundred streams holds one', () => {
    const fixture = new RoomsFixture();
    const camera = fixture.client();
    for (let n = 0; n < 100; n++) camera.say(register(`cam-${n}`));
    expect(fixture.rooms.counts).toEqual({ rooms: 1, broadcasters: 1, viewers: 0 });
    camera.hangUp();
    expect(fixture.rooms.counts).toEqual({ rooms: 0, broadcasters: 0, viewers: 0 });
  });

  test('[REG4] registered is followed by viewer-joined for each viewer in the room', () => {
    const fixture = new RoomsFixture();
    fixture.viewer();
    fixture.viewer();
    fixture.viewer('another');
    const camera = fixture.client();
    camera.say(register('cam'));
    expect(camera.heardBrief()).toEqual([
      { type: 'registered', stream_id: 'cam' },
      { type: 'viewer-joined', viewer_id: viewerId(1) },
      { type: 'viewer-joined', viewer_id: viewerId(2) },
    ]);
  });

  test('[REG4] registering the same stream again repeats who is there and disturbs no viewer', () => {
    const fixture = new RoomsFixture();
    const camera = fixture.broadcaster();
    const viewer = fixture.viewer();
    camera.heard();
    camera.say(register('cam'));
    expect(camera.heardBrief()).toEqual([
      { type: 'registered', stream_id: 'cam' },
      { type: 'viewer-joined', viewer_id: viewerId(1), resumed: true },
    ]);
    expect(camera.peer.closed).toBeUndefined();
    expect(viewer.heard()).toEqual([]);
    expect(fixture.rooms.counts.broadcasters).toBe(1);
  });

  test('[REG5] when the broadcaster leaves, the viewers of its room are told, and stay', () => {
    const fixture = new RoomsFixture();
    const camera = fixture.broadcaster();
    const viewer = fixture.viewer();
    const stranger = fixture.viewer('another');
    camera.hangUp();
    camera.hangUp();
    expect(viewer.heard()).toEqual([{ type: 'broadcaster-left' }]);
    expect(stranger.heard()).toEqual([]);
    expect(fixture.rooms.counts).toEqual({ rooms: 2, broadcasters: 0, viewers: 2 });
  });

  test('[REG6] a broadcaster that comes back finds its viewers, marked as those it may still have', () => {
    const fixture = new RoomsFixture();
    fixture.broadcaster().hangUp();
    const lost = fixture.broadcaster();
    const viewer = fixture.viewer();
    lost.hangUp();
    const back = fixture.client();
    back.say(register('cam'));
    expect(back.heardBrief()).toEqual([
      { type: 'registered', stream_id: 'cam' },
      { type: 'viewer-joined', viewer_id: viewerId(1), resumed: true },
    ]);
    expect(viewer.heard()).toEqual([
      { type: 'broadcaster-left' },
      { type: 'broadcaster-joined', stream_id: 'cam' },
    ]);
  });
});

describe('viewers', () => {
  test('[JOIN1] join is answered with joined, and the broadcaster is told', () => {
    const fixture = new RoomsFixture();
    const camera = fixture.broadcaster();
    const viewer = fixture.client();
    viewer.say(join('cam'));
    expect(viewer.heardBrief()).toEqual([{ type: 'joined', viewer_id: viewerId(1), stream_id: 'cam' }]);
    expect(camera.heardBrief()).toEqual([{ type: 'viewer-joined', viewer_id: viewerId(1) }]);
  });

  test('[JOIN3] a viewer who joins before the camera is offered the stream when it registers', () => {
    const fixture = new RoomsFixture();
    const viewer = fixture.client();
    viewer.say(join('cam'));
    expect(viewer.heardBrief()).toEqual([
      { type: 'joined', viewer_id: viewerId(1), stream_id: 'cam' },
      NOT_AVAILABLE,
    ]);
    const camera = fixture.client();
    camera.say(register('cam'));
    expect(viewer.heard()).toEqual([{ type: 'broadcaster-joined', stream_id: 'cam' }]);
    expect(camera.heardBrief()).toEqual([
      { type: 'registered', stream_id: 'cam' },
      { type: 'viewer-joined', viewer_id: viewerId(1) },
    ]);
  });

  test('[JOIN4] [JOIN8] a second join on one socket is a new viewer, and the broadcaster learns of both ends', () => {
    const fixture = new RoomsFixture();
    const camera = fixture.broadcaster();
    const viewer = fixture.viewer();
    camera.heard();
    viewer.say(join('cam'));
    expect(viewer.heardBrief()).toEqual([{ type: 'joined', viewer_id: viewerId(2), stream_id: 'cam' }]);
    expect(camera.heardBrief()).toEqual([
      { type: 'viewer-left', viewer_id: viewerId(1) },
      { type: 'viewer-joined', viewer_id: viewerId(2), replaces: viewerId(1) },
    ]);
    expect(fixture.rooms.counts.viewers).toBe(1);
  });

  test('[JOIN8] a broadcaster that comes later is told what a viewer replaces, and only the first time', () => {
    const fixture = new RoomsFixture();
    const viewer = fixture.viewer();
    viewer.say(join('cam'));
    const joinedOf = () => {
      const camera = fixture.client();
      camera.say(register('cam'));
      return camera.heardBrief().slice(1);
    };
    expect(joinedOf()).toEqual([{ type: 'viewer-joined', viewer_id: viewerId(2), replaces: viewerId(1) }]);
    expect(joinedOf()).toEqual([{ type: 'viewer-joined', viewer_id: viewerId(2), resumed: true }]);
  });

  test('[JOIN8] who joins another stream replaces nobody there', () => {
    const fixture = new RoomsFixture();
    const camera = fixture.broadcaster('another');
    fixture.viewer('cam').say(join('another'));
    expect(camera.heardBrief()).toEqual([{ type: 'viewer-joined', viewer_id: viewerId(2) }]);
  });

  test('[JOIN4] asking for its own id on the same socket still makes a new viewer', () => {
    const fixture = new RoomsFixture();
    const camera = fixture.broadcaster();
    const viewer = fixture.viewer();
    camera.heard();
    viewer.say(joinAs(fixture, 'cam', viewerId(1)));
    expect(viewer.heardBrief()).toEqual([{ type: 'joined', viewer_id: viewerId(2), stream_id: 'cam' }]);
  });

  const gone = { gone: true };
  const departures: [string, object, (viewer: Client, fixture: RoomsFixture) => void][] = [
    ['closed', gone, (viewer) => viewer.hangUp()],
    ['lost', {}, (viewer) => viewer.vanish()],
    ['joined elsewhere', gone, (viewer) => viewer.say(join('another'))],
    ['turned broadcaster', gone, (viewer) => viewer.say(register('another'))],
    ['replaced', {}, (_, fixture) => fixture.client().say(joinAs(fixture, 'cam', viewerId(1)))],
  ];
  test.each(departures)(
    '[JOIN5] [JOIN6] viewer-left is told once for a viewer who is %s',
    (_name, meant, leave) => {
      const fixture = new RoomsFixture();
      const camera = fixture.broadcaster();
      const viewer = fixture.viewer();
      camera.heard();
      leave(viewer, fixture);
      viewer.hangUp();
      const lefts = camera.heard().filter(({ type }) => type === 'viewer-left');
      expect(lefts).toEqual([{ type: 'viewer-left', viewer_id: viewerId(1), ...meant }]);
    },
  );

  test('[JOIN5] a viewer who takes over the stream it watches leaves first, then replaces', () => {
    const fixture = new RoomsFixture();
    const camera = fixture.broadcaster();
    const viewer = fixture.viewer();
    camera.heard();
    viewer.say(register('cam'));
    expect(camera.heard()).toMatchObject([
      { type: 'viewer-left', viewer_id: viewerId(1) },
      { type: 'error', code: 'replaced' },
    ]);
    expect(viewer.heardBrief()).toEqual([{ type: 'registered', stream_id: 'cam' }]);
    expect(fixture.rooms.counts).toEqual({ rooms: 1, broadcasters: 1, viewers: 0 });
  });
});

describe('resuming', () => {
  test('[RESUME1] a viewer who lost its socket has its id again', () => {
    const fixture = new RoomsFixture();
    const camera = fixture.broadcaster();
    fixture.viewer().hangUp();
    camera.heard();
    const back = fixture.client();
    back.say(joinAs(fixture, 'cam', viewerId(1)));
    expect(back.heardBrief()).toEqual([
      { type: 'joined', viewer_id: viewerId(1), stream_id: 'cam', resumed: true },
    ]);
    expect(camera.heardBrief()).toEqual([{ type: 'viewer-joined', viewer_id: viewerId(1), resumed: true }]);
  });

  test('[RESUME1] the socket that still held the id is closed with 4001 and takes nothing with it', () => {
    const fixture = new RoomsFixture();
    const camera = fixture.broadcaster();
    const halfOpen = fixture.viewer();
    const back = fixture.client();
    back.say(joinAs(fixture, 'cam', viewerId(1)));
    expect(halfOpen.peer.closed).toEqual({ code: 4001, reason: 'replaced' });
    camera.heard();
    back.heard();
    halfOpen.say({ type: 'answer', to: 'cam', sdp: SDP });
    halfOpen.say(join('cam'));
    halfOpen.hangUp();
    expect(camera.heard()).toEqual([]);
    camera.say({ type: 'offer', to: viewerId(1), sdp: SDP });
    expect(back.heard()).toEqual([{ type: 'offer', from: 'cam', sdp: SDP }]);
    expect(fixture.rooms.counts.viewers).toBe(1);
  });

  test.each([
    ['no resume token', () => ({})],
    ['the one of another viewer', (f: RoomsFixture) => ({ ...f.lost(viewerId(9)), viewer_id: viewerId(1) })],
    ['the one of another stream', (f: RoomsFixture) => f.lost(viewerId(1), 'another')],
    ['one of another server', () => ({ resume_token: 'a.b.c' })],
  ])('[RESUME1] [AUTH6] with %s the id is not given, and its holder keeps it', (_, proof) => {
    const fixture = new RoomsFixture();
    const holder = fixture.viewer();
    const thief = fixture.client();
    thief.say({ type: 'join', stream_id: 'cam', viewer_id: viewerId(1), ...proof(fixture) });
    expect(thief.heardBrief()[0]).toEqual({ type: 'joined', viewer_id: viewerId(2), stream_id: 'cam' });
    expect(holder.peer.closed).toBeUndefined();
  });

  test('[RESUME2] an id that another room holds is not given', () => {
    const fixture = new RoomsFixture();
    const holder = fixture.viewer('another');
    const thief = fixture.client();
    thief.say(joinAs(fixture, 'cam', viewerId(1)));
    expect(thief.heardBrief()[0]).toEqual({ type: 'joined', viewer_id: viewerId(2), stream_id: 'cam' });
    expect(holder.peer.closed).toBeUndefined();
  });

  test.each(['viewer-1', 'cam', 'viewer-', `viewer-${'x'.repeat(23)}`, 'x'.repeat(29)])(
    "[RESUME2] %s is not of this server's form and is not given",
    (id) => {
      const fixture = new RoomsFixture();
      const viewer = fixture.client();
      viewer.say(joinAs(fixture, 'cam', id));
      expect(viewer.heardBrief()[0]).toEqual({ type: 'joined', viewer_id: viewerId(1), stream_id: 'cam' });
    },
  );

  test('[RESUME3] a viewer never announced is new to the broadcaster, one that says it resumes is not', () => {
    const fixture = new RoomsFixture();
    fixture.viewer();
    fixture.client().say(joinAs(fixture, 'cam', viewerId(7)));
    const camera = fixture.client();
    camera.say(register('cam'));
    expect(camera.heardBrief().slice(1)).toEqual([
      { type: 'viewer-joined', viewer_id: viewerId(1) },
      { type: 'viewer-joined', viewer_id: viewerId(7), resumed: true },
    ]);
  });

  test('[RESUME3] a broadcaster that replaces another is told of viewers it may have a connection to', () => {
    const fixture = new RoomsFixture();
    fixture.broadcaster();
    const viewer = fixture.viewer();
    const fresh = fixture.client();
    fresh.say(register('cam'));
    expect(fresh.heardBrief()).toContainEqual({
      type: 'viewer-joined',
      viewer_id: viewerId(1),
      resumed: true,
    });
    expect(viewer.heard()).toEqual([]);
  });
});

describe('the rest of the contract', () => {
  test('[ICE1] registered, joined and viewer-joined carry ice_servers', () => {
    const fixture = new RoomsFixture();
    const camera = fixture.client();
    camera.say(register('cam'));
    const viewer = fixture.client();
    viewer.say(join('cam'));
    const ice_servers = ICE_SERVERS;
    expect(camera.heard()).toMatchObject([
      { type: 'registered', ice_servers },
      { type: 'viewer-joined', ice_servers },
    ]);
    expect(viewer.heard()).toMatchObject([{ type: 'joined', ice_servers }]);
  });

  test('[ICE1] an empty list is sent, not left out', () => {
    const fixture = new RoomsFixture();
    fixture.iceState = { iceServers: [], available: false, reason: 'off' };
    const camera = fixture.client();
    camera.say(register('cam'));
    expect(camera.heard()).toEqual([
      { type: 'registered', stream_id: 'cam', ice_servers: [], turn_unavailable: 'off' },
    ]);
  });

  test('[LIFE2] ping is answered by pong, in a room or not', () => {
    const fixture = new RoomsFixture();
    for (const client of [fixture.client(), fixture.broadcaster(), fixture.viewer()]) {
      client.say({ type: 'ping' });
      expect(client.heard().at(-1)).toEqual({ type: 'pong' });
    }
  });

  test('[ERR1] a refusal has a message and a code, and is counted by its code', () => {
    const fixture = new RoomsFixture();
    const client = fixture.client();
    for (const text of ['{', '{}', '{"type":"join"}']) client.sayText(text);
    client.say({ type: 'ice-candidate', to: 'cam', candidate: CANDIDATE });
    const codes = ['bad-json', 'unknown-type', 'bad-stream-id', 'wrong-role'];
    expect(client.heard()).toEqual(
      codes.map((code) => ({ type: 'error', message: expect.stringMatching(/./u), code })),
    );
    const requests = ['other', 'other', 'other', 'relay'];
    expect(fixture.events).toEqual(codes.map((code, n) => ({ type: 'refused', code, request: requests[n] })));
  });

  test('an empty room is forgotten', () => {
    const fixture = new RoomsFixture();
    const clients = [fixture.broadcaster(), fixture.viewer(), fixture.viewer('another')];
    for (const client of clients) client.hangUp();
    expect(fixture.rooms.counts).toEqual({ rooms: 0, broadcasters: 0, viewers: 0 });
  });

  test('each change of life is reported once', () => {
    const fixture = new RoomsFixture();
    const camera = fixture.broadcaster();
    const viewer = fixture.viewer();
    fixture.broadcaster();
    camera.hangUp();
    viewer.hangUp();
    expect(fixture.events).toEqual([
      { type: 'broadcaster-registered', connection: 'c1', streamId: 'cam', replaced: false },
      { type: 'viewer-joined', connection: 'c2', streamId: 'cam', viewerId: viewerId(1), resumed: false },
      { type: 'broadcaster-registered', connection: 'c3', streamId: 'cam', replaced: true },
      { type: 'viewer-left', connection: 'c2', streamId: 'cam', viewerId: viewerId(1) },
    ]);
  });
});
