import { expect, test } from 'vitest';
import { type Camera, cameraKey } from '../src/domain/cameras/camera-list.ts';
import { type ListStreams, readServerStreams } from '../src/domain/cameras/server-streams.ts';

const HOME = 'https://cam.example';
const camera = (streamId: string, token?: string): Camera => ({
  server: HOME,
  streamId,
  token,
  name: undefined,
  refused: false,
});
const key = (streamId: string) => cameraKey({ server: HOME, streamId });
const stream = (streamId: string, more = {}) => ({
  streamId,
  live: true,
  viewers: 1,
  mayShare: false,
  ...more,
});

test('an open server is asked once, and each camera is what it says', async () => {
  const asked: (string | undefined)[] = [];
  const list: ListStreams = (token) => {
    asked.push(token);
    return Promise.resolve({ ok: true, streams: [stream('door', { viewers: 3 })] });
  };
  const found = await readServerStreams(list, HOME, [camera('door'), camera('garden', 'a.b.c')], undefined);
  expect(asked).toEqual([undefined]);
  expect(found.open).toBe(true);
  expect(found.streams.get(key('door'))?.stream).toEqual({ state: 'live', viewers: 3, mayShare: false });
  expect(found.streams.has(key('garden'))).toBe(false);
});

test('a closed server is asked for each camera with its own token', async () => {
  const asked: (string | undefined)[] = [];
  const list: ListStreams = (token) => {
    asked.push(token);
    if (token === 'door') return Promise.resolve({ ok: true, streams: [stream('door', { mayShare: true })] });
    if (token === 'other') return Promise.resolve({ ok: true, streams: [stream('elsewhere')] });
    return Promise.resolve({ ok: false, code: token === undefined ? 'token-missing' : 'token-expired' });
  };
  const cameras = [camera('door', 'door'), camera('garden', 'old'), camera('pond'), camera('attic', 'other')];
  const first = await readServerStreams(list, HOME, cameras, undefined);
  expect(first.open).toBe(false);
  expect(cameras.map(({ streamId }) => first.streams.get(key(streamId))?.stream)).toEqual([
    { state: 'live', viewers: 1, mayShare: true },
    { state: 'refused', code: 'token-expired' },
    { state: 'refused', code: 'token-missing' },
    { state: 'refused', code: 'forbidden' },
  ]);
  asked.length = 0;
  await readServerStreams(list, HOME, cameras, first.open);
  expect(asked).toEqual(['door', 'old', 'other']);
});

test('a server out of reach is told by rejecting', async () => {
  const list: ListStreams = () => Promise.reject(new TypeError('no route'));
  await expect(readServerStreams(list, HOME, [camera('door', 'a.b.c')], false)).rejects.toThrow('no route');
});
