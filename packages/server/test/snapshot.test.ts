/** Still pictures: what a broadcaster is asked for, what is kept, and what who asks is told. */
import type { ClientMessageOf, ServerMessage } from '@perch/protocol';
import { describe, expect, test } from 'vitest';
import { jpegSize } from '../src/domain/snapshot/jpeg-size.ts';
import { ANSWER_WITHIN_MS, KEPT_MS } from '../src/domain/snapshot/snapshots.ts';
import { closedAuthority } from './support/closed-authority.ts';
import { type Client, RoomsFixture } from './support/fake-peer.ts';
import { startTestServer, type TestServer } from './support/test-server.ts';
import type { WireClient } from './support/wire-client.ts';

/** The bytes of a JPEG without the picture in it, as long as `length`. */
function jpeg(width: number, height: number, length = 64): Buffer {
  const bytes = Buffer.alloc(length, 0x11);
  //             SOI     COM, "hi"              SOF0, 1 component                        SOS
  Buffer.from(
    'ffd8' + 'fffe00046869' + 'ffc0000b0800000000' + '01011100' + 'ffda0008010100003f00',
    'hex',
  ).copy(bytes);
  bytes.writeUInt16BE(height, 13);
  bytes.writeUInt16BE(width, 15);
  bytes.writeUInt16BE(0xffd9, length - 2);
  return bytes;
}

const PICTURE = jpeg(640, 360);

function picture(id: string, bytes = PICTURE): ClientMessageOf<'snapshot'> {
  return { type: 'snapshot', id, jpeg: bytes.toString('base64'), width: 640, height: 360 };
}

const idsOf = (messages: readonly (ServerMessage | { readonly type?: unknown; readonly id?: unknown })[]) =>
  messages.flatMap((message) =>
    message.type === 'snapshot-wanted' && 'id' in message ? [String(message.id)] : [],
  );

describe('the size of a JPEG', () => {
  test('is read from its frame header, behind whatever stands before it', () => {
    expect(jpegSize(jpeg(640, 360))).toEqual({ width: 640, height: 360 });
    const progressive = jpeg(2, 65_535);
    progressive[9] = 0xc2;
    expect(jpegSize(progressive)).toEqual({ width: 2, height: 65_535 });
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['two bytes', Buffer.from('ffd8', 'hex')],
    ['SOI and EOI alone', Buffer.from('ffd8ffd9', 'hex')],
    ['a page', Buffer.from('<!doctype html><script>alert(1)</script>')],
    ['a PNG', Buffer.from('89504e470d0a1a0affd9', 'hex')],
    ['no end', jpeg(640, 360).subarray(0, 60)],
    ['more behind the end', Buffer.concat([jpeg(640, 360), Buffer.from('x')])],
    ['no width', jpeg(0, 360)],
    ['no height', jpeg(640, 0)],
    ['a segment that is longer than all', Buffer.from('ffd8ffe0ffffffc0000b080168ffd9', 'hex')],
    ['a segment without length', Buffer.from('ffd8ffe00000ffd9', 'hex')],
  ])('of %s is none', (_, bytes) => {
    expect(jpegSize(bytes)).toBeUndefined();
  });
});

describe('a broadcaster', () => {
  function fixture(options: ConstructorParameters<typeof RoomsFixture>[0] = {}) {
    const rooms = new RoomsFixture(options);
    const camera = rooms.broadcaster();
    const wanted = (client: Client = camera) => idsOf(client.heard());
    return { rooms, camera, wanted, take: () => rooms.snapshots.take('cam') };
  }

  test('[SNAP2] is asked once for all who ask while it has not answered', async () => {
    const { camera, wanted, take } = fixture();
    const outcomes = [take(), take(), take()];
    const [id = '', ...more] = wanted();
    expect(more).toEqual([]);
    expect(id).toMatch(/^[\w-]{22}$/u);
    camera.say(picture(id));
    for (const outcome of await Promise.all(outcomes)) {
      expect(outcome).toMatchObject({ result: 'taken', jpeg: Uint8Array.from(PICTURE) });
    }
  });

  test('[SNAP7] is asked again when what came of it is five seconds old, and not before', async () => {
    const { rooms, camera, wanted, take } = fixture();
    const first = take();
    camera.say(picture(wanted()[0]!));
    await first;
    rooms.scheduler.advance(KEPT_MS - 1);
    expect(await take()).toBe(await first);
    expect(wanted()).toEqual([]);
    rooms.scheduler.advance(1);
    expect(rooms.snapshots.size).toBe(0);
    const second = take();
    camera.say({ type: 'snapshot', id: wanted()[0]!, reason: 'no-picture' });
    expect(await second).toEqual({ result: 'no-picture' });
    expect(await take()).toEqual({ result: 'no-picture' });
    expect(wanted()).toEqual([]);
  });

  test.each([
    ['no-encoder', 'no-encoder'],
    ['no-picture', 'no-picture'],
    ['failed', 'failed'],
    ['something-newer', 'failed'],
  ])('[SNAP4] that says %s is understood as %s', async (reason, result) => {
    const { camera, wanted, take } = fixture();
    const outcome = take();
    camera.say({ type: 'snapshot', id: wanted()[0]!, reason });
    expect(await outcome).toEqual({ result });
  });

  test('[SNAP8] that never answers is given up after eight seconds, and [SNAP6] not heard when it comes later', async () => {
    const { rooms, camera, wanted, take } = fixture();
    const outcome = take();
    const [id = ''] = wanted();
    rooms.scheduler.advance(ANSWER_WITHIN_MS);
    expect(await outcome).toEqual({ result: 'no-answer' });
    camera.say(picture(id));
    expect(await take()).toEqual({ result: 'no-answer' });
    expect(camera.heard()).toEqual([]);
  });

  test('[SNAP6] that was not asked, or says another id, changes nothing', async () => {
    const { camera, wanted, take } = fixture();
    camera.say(picture('made-up'));
    const outcome = take();
    camera.say({ type: 'snapshot', id: 'made-up', reason: 'failed' });
    camera.say(picture(wanted()[0]!));
    expect(await outcome).toMatchObject({ result: 'taken' });
    expect(camera.heard()).toEqual([]);
  });

  test('[SNAP6] of another stream can answer nothing, a viewer is refused', async () => {
    const { rooms, camera, wanted, take } = fixture();
    const outcome = take();
    const [id = ''] = wanted();
    rooms.broadcaster('another').say(picture(id));
    const viewer = rooms.viewer();
    viewer.say({ type: 'snapshot', id, reason: 'failed' });
    expect(viewer.heard()).toMatchObject([{ type: 'error', code: 'wrong-role' }]);
    camera.say(picture(id));
    expect(await outcome).toMatchObject({ result: 'taken' });
  });

  test.each([
    ['a page', Buffer.from('<!doctype html>')],
    ['a JPEG of another size', jpeg(320, 360)],
  ])('[SNAP6] that sends %s is not believed', async (_, bytes) => {
    const { camera, wanted, take } = fixture();
    const outcome = take();
    camera.say(picture(wanted()[0]!, bytes));
    expect(await outcome).toEqual({ result: 'broken' });
  });

  test('that is behind is not asked', async () => {
    const { camera, wanted, take } = fixture();
    camera.peer.isBehind = true;
    expect(await take()).toEqual({ result: 'busy' });
    expect(wanted()).toEqual([]);
  });

  test('[SNAP3] [LIMIT4] is not ended by the stills that it was asked for, but by others', () => {
    // Twenty messages at once; a still of 48 KiB would be 65.
    const { rooms, camera, wanted, take } = fixture({ limits: { broadcasterMessagesPerSecond: 1 } });
    const large = jpeg(640, 360, 48 * 1024);
    for (let n = 0; n < 10; n++) {
      void take();
      camera.say(picture(wanted()[0]!, large));
      rooms.scheduler.advance(KEPT_MS);
    }
    expect(camera.peer.closed).toBeUndefined();
    camera.say(picture('made-up', large));
    expect(camera.peer.closed).toEqual({ code: 4008, reason: 'rate-limited' });
  });
});

describe('snapshot.jpg', () => {
  const get = (server: TestServer, more = '', init: RequestInit = {}) =>
    fetch(`${server.httpUrl}/api/streams/front%20door/snapshot.jpg${more}`, init);

  /** Resolves with the id as soon as the camera is asked. */
  async function asked(camera: WireClient): Promise<string> {
    for (;;) {
      const { type, id } = await camera.next();
      if (type === 'snapshot-wanted') return String(id);
    }
  }

  async function set(options: Parameters<typeof startTestServer>[0] = {}) {
    const server = await startTestServer(options);
    const camera = await server.connect();
    await camera.register('front door');
    return { server, camera };
  }

  test('[SNAP1] [SNAP7] is a JPEG that the browser may keep as long as it is good', async () => {
    const { server, camera } = await set();
    const request = get(server);
    camera.send(picture(await asked(camera)));
    const response = await request;
    expect(response.status).toBe(200);
    expect(Buffer.from(await response.arrayBuffer())).toEqual(PICTURE);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'image/jpeg',
      'cache-control': 'private, max-age=5',
      'x-content-type-options': 'nosniff',
    });
    server.scheduler.advance(3_200);
    const etag = response.headers.get('etag') ?? '';
    const again = await get(server, '', { headers: { 'If-None-Match': etag } });
    expect([again.status, again.headers.get('cache-control')]).toEqual([304, 'private, max-age=2']);
    expect(await (await get(server)).arrayBuffer()).toHaveProperty('byteLength', PICTURE.length);
    const metrics = await (await fetch(`${server.httpUrl}/metrics`)).text();
    expect(metrics).toContain('perch_snapshots_total{result="taken"} 3');
  });

  test('[SNAP1] [SNAP8] is for who may view the stream, by header or in the address', async () => {
    const { authority, sign: tokenFor } = closedAuthority();
    const server = await startTestServer({ authority });
    const camera = await server.connect();
    camera.send({ type: 'register', stream_id: 'front door', token: tokenFor('publish', 'front door') });
    await camera.settle();
    const statuses = async (token?: string) => {
      const answers = [
        await get(server, '', { headers: token === undefined ? {} : { Authorization: `Bearer ${token}` } }),
        await get(server, token === undefined ? '' : `?token=${token}`),
      ];
      return Promise.all(
        answers.map(async (answer) => [answer.status, ((await answer.json()) as { code: string }).code]),
      );
    };
    expect(await statuses()).toEqual(Array(2).fill([401, 'token-missing']));
    expect(await statuses('x.y.z')).toEqual(Array(2).fill([401, 'token-invalid']));
    expect(await statuses(tokenFor('view', 'another'))).toEqual(Array(2).fill([403, 'forbidden']));
    expect(await statuses(tokenFor('publish', 'front door'))).toEqual(Array(2).fill([403, 'forbidden']));
    expect(idsOf(await camera.settle())).toEqual([]);

    const token = tokenFor('view', 'front door');
    const request = get(server, '', { headers: { Authorization: `Bearer ${token}` } });
    camera.send(picture(await asked(camera)));
    expect((await request).status).toBe(200);
    expect((await get(server, `?token=${token}`)).status).toBe(200);
  });

  test.each([
    [501, 'no-encoder'],
    [503, 'no-picture'],
    [503, 'failed'],
  ])('[SNAP8] is a %i where the camera says %s', async (status, reason) => {
    const { server, camera } = await set();
    const request = get(server);
    camera.send({ type: 'snapshot', id: await asked(camera), reason });
    const response = await request;
    expect(response.status).toBe(status);
    expect(response.headers.get('retry-after')).toBe(status === 503 ? '5' : null);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.json()).toEqual({ error: expect.stringMatching(/camera/u), code: 'refused' });
  });

  test('[SNAP8] is a 502 where the camera sends no picture', async () => {
    const { server, camera } = await set();
    const request = get(server);
    camera.send(picture(await asked(camera), Buffer.from('<!doctype html>')));
    expect((await request).status).toBe(502);
  });

  test('[SNAP8] is a 504 where the camera knows nothing of it', async () => {
    const { server, camera } = await set();
    const request = get(server);
    await asked(camera);
    server.scheduler.advance(ANSWER_WITHIN_MS);
    expect((await request).status).toBe(504);
  });

  test('[SNAP8] is a 503 at once where there is no camera, or it goes, or another takes its place', async () => {
    const { server, camera } = await set();
    const gone = get(server);
    await asked(camera);
    camera.socket.close();
    const replaced = await gone.then(async ({ status }) => {
      expect(status).toBe(503);
      expect((await get(server)).status).toBe(503);
      const first = await server.connect();
      await first.register('front door');
      const request = get(server);
      await asked(first);
      await (await server.connect()).register('front door');
      return request;
    });
    expect(replaced.status).toBe(503);
    expect(replaced.headers.get('retry-after')).toBe('5');
    expect(await replaced.json()).toMatchObject({ code: 'stream-not-available' });
  });

  test('[SNAP8] is a 429 for an address that asks too often', async () => {
    const { server, camera } = await set({ limits: { snapshotsPerMinute: 12 } });
    const first = get(server);
    camera.send(picture(await asked(camera)));
    await first;
    for (let n = 1; n < 12; n++) expect((await get(server)).status).toBe(200);
    const refused = await get(server);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '5']);
    server.scheduler.advance(KEPT_MS);
    const later = get(server);
    camera.send(picture(await asked(camera)));
    expect((await later).status).toBe(200);
  });
});
