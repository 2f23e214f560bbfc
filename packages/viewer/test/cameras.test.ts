import { describe, expect, test } from 'vitest';
import {
  type Camera,
  type CameraList,
  cameraKey,
  forget,
  MAX_CAMERAS,
  markRefused,
  move,
  remember,
  rename,
  titleOf,
} from '../src/domain/cameras/camera-list.ts';
import { cameraRows, type ListedStream, wallPage } from '../src/domain/cameras/camera-rows.ts';
import { readAddress, readLink } from '../src/domain/cameras/destination.ts';
import {
  forgetServer,
  MAX_SERVERS,
  rememberServer,
  type ServerList,
  storedServers,
} from '../src/domain/cameras/server-list.ts';
import { storedCameras } from '../src/domain/cameras/stored-cameras.ts';
import { lifeOf } from '../src/domain/cameras/token-life.ts';

const HOME = 'https://cam.example';
const camera = (streamId: string, more: Partial<Camera> = {}): Camera => ({
  server: HOME,
  streamId,
  token: undefined,
  name: undefined,
  refused: false,
  ...more,
});
const key = (streamId: string, server = HOME) => cameraKey({ server, streamId });
const names = (cameras: CameraList) => cameras.map(({ streamId }) => streamId);
const token = (claims: object) => `h.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.s`;

describe('the list of cameras', () => {
  const three = [camera('door'), camera('garden'), camera('pond')];

  test('takes a new camera at its end, and a camera of the same name on another server beside it', () => {
    const grown = remember(three, { server: 'http://pi.local', streamId: 'door', token: undefined });
    expect(grown.slice(0, 3)).toEqual(three);
    expect(grown[3]).toEqual(camera('door', { server: 'http://pi.local' }));
    expect(remember(grown, camera('garden'))).toBe(grown);
  });

  test('does not grow without end', () => {
    let list: CameraList = [];
    for (let index = 0; index < MAX_CAMERAS + 5; index++) list = remember(list, camera(`camera-${index}`));
    expect(list).toHaveLength(MAX_CAMERAS);
    expect(names(list).at(-1)).toBe(`camera-${MAX_CAMERAS - 1}`);
  });

  const forever = token({ iat: 100 });
  const forADay = token({ iat: 200, exp: 90_000 });
  test.each([
    ['a first token', undefined, forADay, false, forADay],
    ['one that lasts longer', forADay, forever, false, forever],
    ['not one that lasts shorter', forever, forADay, false, forever],
    ['any other, once the server refused the old one', forever, forADay, true, forADay],
    ['the newer of two without an end', forever, token({ iat: 101 }), false, token({ iat: 101 })],
    ['not the older of two without an end', forever, token({ iat: 99 }), false, forever],
    ['no missing one', forADay, undefined, false, forADay],
    ['one that can be read in place of one that can’t', 'a.b.c', forADay, false, forADay],
  ])('takes of two tokens %s', (_, before, offered, refused, kept) => {
    const list = [camera('door', { token: before, refused, name: 'Front door' })];
    const [merged] = remember(list, { server: HOME, streamId: 'door', token: offered });
    expect(merged?.token).toBe(kept);
    expect(merged?.name).toBe('Front door');
    expect(merged?.refused).toBe(false);
  });

  test('keeps a name that the person gave, in one line, and takes it away again', () => {
    const named = rename(three, key('garden'), '  Behind the house ');
    expect(named.map(titleOf)).toEqual(['door', 'Behind the house', 'pond']);
    expect(rename(named, key('garden'), '  ')[1]?.name).toBeUndefined();
    expect(rename(three, key('garden'), 'x'.repeat(500))[1]?.name).toHaveLength(60);
  });

  test.each([
    ['pond', 0, ['pond', 'door', 'garden']],
    ['door', 1, ['garden', 'door', 'pond']],
    ['door', 9, ['garden', 'pond', 'door']],
    ['pond', -3, ['pond', 'door', 'garden']],
    ['nobody', 0, ['door', 'garden', 'pond']],
  ])('moves %s to place %i', (streamId, to, order) => {
    expect(names(move(three, key(streamId), to))).toEqual(order);
  });

  test('forgets one, and marks one whose token is refused', () => {
    expect(names(forget(three, key('garden')))).toEqual(['door', 'pond']);
    expect(markRefused(three, key('pond'), true).map(({ refused }) => refused)).toEqual([false, false, true]);
  });
});

describe('the stored list', () => {
  test('comes back as it was', () => {
    const list = [
      camera('Vögel/1', { token: 'a.b.c', name: 'Birds' }),
      camera('door', { server: 'http://192.168.1.5:8080', refused: true }),
    ];
    expect(storedCameras.read(storedCameras.write(list))).toEqual(list);
  });

  test.each([
    ['nothing', null],
    ['no JSON', '{'],
    ['something else', '{"cameras":1}'],
    ['no camera', '[1,null,"x",{"server":"https://cam.example"},{"stream":"door"}]'],
    ['a server that is no server', '[{"server":"javascript:alert(1)//","stream":"door"}]'],
    ['a server with a path', '[{"server":"https://cam.example/x","stream":"door"}]'],
    ['a stream without a name', '[{"server":"https://cam.example","stream":"  "}]'],
  ])('with %s in it is empty', (_, stored) => {
    expect(storedCameras.read(stored)).toEqual([]);
  });

  test('loses what is broken alone', () => {
    const stored = JSON.stringify([
      7,
      { server: HOME, stream: 'door', token: 'not a token', name: 5, refused: 'yes' },
      { server: HOME, stream: 'door', name: 'twice' },
    ]);
    expect(storedCameras.read(stored)).toEqual([camera('door', { name: 'twice' })]);
  });
});

describe('the list of servers', () => {
  const two = ['https://b.example', 'http://192.168.1.5:8080'];

  test('has the one that was gone to last first, each once, and not without end', () => {
    expect(rememberServer(two, 'http://192.168.1.5:8080')).toEqual([two[1], two[0]]);
    expect(rememberServer(two, 'https://a.example')).toEqual(['https://a.example', ...two]);
    let list: ServerList = [];
    for (let index = 0; index < MAX_SERVERS + 2; index++) {
      list = rememberServer(list, `https://${index}.example`);
    }
    expect(list).toHaveLength(MAX_SERVERS);
    expect(list[0]).toBe(`https://${MAX_SERVERS + 1}.example`);
    expect(forgetServer(two, 'https://b.example')).toEqual([two[1]]);
  });

  test('is stored, and loses what is broken alone', () => {
    expect(storedServers.read(storedServers.write(two))).toEqual(two);
    const stored = [7, null, 'javascript:alert(1)', 'https://b.example/x', 'https://b.example', 'b.example'];
    expect(storedServers.read(JSON.stringify([...stored, ...stored]))).toEqual(['https://b.example']);
    for (const nothing of [null, '{', '{"servers":1}']) expect(storedServers.read(nothing)).toEqual([]);
  });
});

test('a token that can’t be read is over', () => {
  for (const text of ['', 'x', 'a.!.c', `a.${btoa('7')}.c`]) expect(lifeOf(text).expiresAt).toBe(0);
  expect(lifeOf(token({ exp: 5, iat: 'x' }))).toEqual({ expiresAt: 5, issuedAt: 0 });
});

describe('the rows', () => {
  const live = { state: 'live', viewers: 2, mayShare: false } as const;
  const offline = { state: 'offline', viewers: 0, mayShare: false } as const;
  const listed = (...streams: ListedStream[]) =>
    new Map(streams.map((stream) => [key(stream.streamId), stream]));

  test('are the kept cameras in their order, then the server’s others by name', () => {
    const kept = [camera('pond'), camera('door', { server: 'http://pi.local' }), camera('garden')];
    const streams = listed(
      { streamId: 'zoo', stream: live },
      { streamId: 'attic', stream: offline },
      { streamId: 'pond', stream: live },
    );
    const rows = cameraRows(kept, { open: true, streams }, HOME);
    expect(
      rows.map(({ camera: { streamId }, stream, elsewhere, kept: own }) => [
        streamId,
        stream.state,
        elsewhere,
        own,
      ]),
    ).toEqual([
      ['pond', 'live', false, true],
      ['door', 'unknown', true, true],
      ['garden', 'offline', false, true],
      ['attic', 'offline', false, false],
      ['zoo', 'live', false, false],
    ]);
  });

  test('are the kept cameras alone on a closed server, and nothing is known before it was asked', () => {
    const streams = listed({ streamId: 'pond', stream: live }, { streamId: 'forgotten', stream: live });
    const rows = cameraRows([camera('pond'), camera('door')], { open: false, streams }, HOME);
    expect(rows.map(({ camera: { streamId }, stream }) => [streamId, stream.state])).toEqual([
      ['pond', 'live'],
      ['door', 'unknown'],
    ]);
    expect(cameraRows([camera('pond')], undefined, HOME).map(({ stream }) => stream.state)).toEqual([
      'unknown',
    ]);
  });

  test('of a wall are this server’s, the live ones first, page by page', () => {
    const kept = [
      camera('a'),
      camera('x', { server: 'http://pi.local' }),
      camera('b'),
      camera('c'),
      camera('d'),
    ];
    const streams = listed(
      { streamId: 'a', stream: offline },
      { streamId: 'b', stream: live },
      { streamId: 'c', stream: { state: 'refused', code: 'token-expired' } },
      { streamId: 'd', stream: live },
    );
    const rows = cameraRows(kept, { open: true, streams }, HOME);
    const wall = (size: number, page: number) => names(wallPage(rows, size, page).map((row) => row.camera));
    expect(wall(2, 0)).toEqual(['b', 'd']);
    expect(wall(2, 1)).toEqual(['a']);
    expect(wall(4, 0)).toEqual(['b', 'd', 'a']);
  });
});

describe('what is typed', () => {
  test.each([
    ['camera.example', 'https://camera.example/'],
    [' camera.example ', 'https://camera.example/'],
    ['camera.example:8443', 'http://camera.example:8443/'],
    ['camera.example:443', 'https://camera.example/'],
    ['192.168.1.5:8080', 'http://192.168.1.5:8080/'],
    ['192.168.1.5', 'http://192.168.1.5/'],
    ['[fd00::5]:8080', 'http://[fd00::5]:8080/'],
    ['raspberrypi.local', 'http://raspberrypi.local/'],
    ['raspberrypi', 'http://raspberrypi/'],
    ['http://192.168.1.5:8080', 'http://192.168.1.5:8080/'],
    ['HTTPS://Camera.Example/some/page', 'https://camera.example/'],
    ['https://camera.example/#token=a.b.c', 'https://camera.example/#token=a.b.c'],
  ])('%j goes to the server %s', (typed, address) => {
    expect(readAddress(typed)).toEqual({ kind: 'server', address });
  });

  test.each([
    ['https://camera.example/watch/door#token=a.b.c', 'https://camera.example', 'door', 'a.b.c'],
    ['camera.example/watch/door', 'https://camera.example', 'door', undefined],
    ['192.168.1.5:8080/?stream=door', 'http://192.168.1.5:8080', 'door', undefined],
  ])('%j is a camera', (typed, server, streamId, given) => {
    const source = { server, streamId, token: given };
    expect(readAddress(typed)).toEqual({ kind: 'camera', source });
    expect(readLink(typed)).toEqual(source);
  });

  test.each(['', '  ', 'two words', 'rtsp://cam/stream', 'javascript:alert(1)', 'http://'])(
    '%j is nothing',
    (typed) => {
      expect(readAddress(typed)).toBeUndefined();
      expect(readLink(typed)).toBeUndefined();
    },
  );

  test.each(['pi-camera-stream', 'front.door', 'Vögel/1'])('%j may be a stream’s name', (typed) => {
    expect(readLink(typed)).toBeUndefined();
  });
});
