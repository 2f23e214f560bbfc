/**
 * Clients that predate Perch: what they send, word for word, and what they read of the answers. Fields that they
 * do not know may be added; what they do read keeps its name, its type and its place.
 */
import { expect, test } from 'vitest';
import { SDP } from './support/fake-peer.ts';
import { startTestServer } from './support/test-server.ts';
import type { WireMessage } from './support/wire-client.ts';

/** What such a client reads of a message. */
const read = (message: WireMessage, ...fields: string[]) =>
  Object.fromEntries(Object.entries(message).filter(([name]) => name === 'type' || fields.includes(name)));

test('[WIRE1] an old broadcaster and an old viewer go through a whole session', async () => {
  const server = await startTestServer();
  const camera = await server.connect();
  camera.socket.send('{"type":"register","stream_id":"pi-camera-stream"}');
  expect(read(await camera.next(), 'stream_id')).toEqual({
    type: 'registered',
    stream_id: 'pi-camera-stream',
  });

  const viewer = await server.connect();
  viewer.socket.send('{"type":"join","stream_id":"pi-camera-stream"}');
  const joined = await viewer.next();
  const viewerId = joined.viewer_id;
  expect(viewerId).toBeTypeOf('string');
  expect(read(joined, 'viewer_id', 'stream_id')).toEqual({
    type: 'joined',
    viewer_id: viewerId,
    stream_id: 'pi-camera-stream',
  });
  expect(read(await camera.next(), 'viewer_id')).toEqual({ type: 'viewer-joined', viewer_id: viewerId });

  camera.socket.send(JSON.stringify({ type: 'offer', to: viewerId, sdp: SDP }));
  expect(await viewer.next()).toEqual({ type: 'offer', from: 'pi-camera-stream', sdp: SDP });
  viewer.socket.send(JSON.stringify({ type: 'answer', to: 'pi-camera-stream', sdp: SDP }));
  expect(await camera.next()).toEqual({ type: 'answer', from: viewerId, sdp: SDP });

  const candidate = 'candidate:1 1 UDP 2015363327 192.168.1.20 50000 typ host';
  camera.socket.send(JSON.stringify({ type: 'ice-candidate', to: viewerId, candidate, sdpMLineIndex: 0 }));
  expect(await viewer.next()).toEqual({
    type: 'ice-candidate',
    from: 'pi-camera-stream',
    candidate,
    sdpMLineIndex: 0,
  });
  viewer.socket.send(
    JSON.stringify({ type: 'ice-candidate', to: 'pi-camera-stream', candidate, sdpMLineIndex: 0 }),
  );
  expect(await camera.next()).toEqual({
    type: 'ice-candidate',
    from: viewerId,
    candidate,
    sdpMLineIndex: 0,
  });

  const second = await server.connect();
  second.socket.send('{"type":"join","stream_id":"pi-camera-stream"}');
  const secondId = (await second.next()).viewer_id;
  await camera.next();
  second.socket.close();
  expect(await camera.next()).toMatchObject({ type: 'viewer-left', viewer_id: secondId });

  camera.socket.close();
  expect(await viewer.next()).toEqual({ type: 'broadcaster-left' });
});

test('[JOIN3] an old viewer of a stream that is not there reads the error it knows', async () => {
  const server = await startTestServer();
  const viewer = await server.connect();
  viewer.socket.send('{"type":"join","stream_id":"pi-camera-stream"}');
  expect((await viewer.next()).type).toBe('joined');
  expect(read(await viewer.next(), 'message')).toEqual({ type: 'error', message: 'Stream not available' });
});

test('[ICE2] an old client reads TURN credentials one URL at a time', async () => {
  const server = await startTestServer();
  const { iceServers } = await server.json('/turn-credentials');
  expect(iceServers).toEqual([
    { urls: 'stun:stun.l.google.com:19302' },
    { urls: 'stun:stun.cloudflare.com:3478' },
  ]);
});
