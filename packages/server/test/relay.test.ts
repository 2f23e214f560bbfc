import { describe, expect, test } from 'vitest';
import { CANDIDATE, RoomsFixture, SDP, viewerId } from './support/fake-peer.ts';

function pairs() {
  const fixture = new RoomsFixture();
  const camera = fixture.broadcaster('cam');
  const viewer = fixture.viewer('cam');
  const otherCamera = fixture.broadcaster('other');
  const otherViewer = fixture.viewer('other');
  camera.heard();
  otherCamera.heard();
  const silence = () => {
    for (const client of [camera, viewer, otherCamera, otherViewer]) expect(client.heard()).toEqual([]);
  };
  return { fixture, camera, viewer, otherCamera, otherViewer, silence };
}

describe('relaying', () => {
  test('[RELAY1] offer, answer and candidates pass between the members of one room', () => {
    const { camera, viewer } = pairs();
    camera.say({ type: 'offer', to: viewerId(1), sdp: SDP });
    camera.say({ type: 'ice-candidate', to: viewerId(1), candidate: CANDIDATE, sdpMid: 'video' });
    viewer.say({ type: 'answer', to: 'cam', sdp: SDP });
    viewer.say({ type: 'ice-candidate', to: 'cam', candidate: '', sdpMid: null, sdpMLineIndex: 0 });
    expect(viewer.heard()).toEqual([
      { type: 'offer', from: 'cam', sdp: SDP },
      { type: 'ice-candidate', from: 'cam', candidate: CANDIDATE, sdpMid: 'video' },
    ]);
    expect(camera.heard()).toEqual([
      { type: 'answer', from: viewerId(1), sdp: SDP },
      { type: 'ice-candidate', from: viewerId(1), candidate: '', sdpMid: null, sdpMLineIndex: 0 },
    ]);
  });

  test('[STATE1] [RELAY1] a broadcaster tells its own viewers its state; viewers have none to tell', () => {
    const { camera, viewer, silence } = pairs();
    camera.say({ type: 'stream-state', to: viewerId(1), state: 'camera-restarting' });
    expect(viewer.heard()).toEqual([{ type: 'stream-state', from: 'cam', state: 'camera-restarting' }]);
    camera.say({ type: 'stream-state', to: viewerId(2), state: 'live' });
    expect(camera.heard()).toMatchObject([{ type: 'error', code: 'unknown-peer' }]);
    viewer.say({ type: 'stream-state', to: 'cam', state: 'live' });
    expect(viewer.heard()).toMatchObject([{ type: 'error', code: 'wrong-role' }]);
    silence();
  });

  test('[STATE5] the size of the full picture passes with an offer and with a state', () => {
    const { camera, viewer } = pairs();
    const size = { width: 1280, height: 720 };
    camera.say({ type: 'offer', to: viewerId(1), sdp: SDP, ...size });
    camera.say({ type: 'stream-state', to: viewerId(1), state: 'live', ...size });
    expect(viewer.heard()).toEqual([
      { type: 'offer', from: 'cam', sdp: SDP, ...size },
      { type: 'stream-state', from: 'cam', state: 'live', ...size },
    ]);
  });

  test("[RELAY2] the sender's own from, and fields that are not known, do not pass", () => {
    const { camera, viewer } = pairs();
    const extra = { from: 'viewer-0', role: 'admin', viewer_id: viewerId(2) };
    viewer.sayText(JSON.stringify({ type: 'answer', to: 'cam', sdp: SDP, ...extra }));
    camera.sayText(JSON.stringify({ type: 'offer', to: viewerId(1), sdp: SDP, ...extra, from: 'other' }));
    expect(camera.heard()).toEqual([{ type: 'answer', from: viewerId(1), sdp: SDP }]);
    expect(viewer.heard()).toEqual([{ type: 'offer', from: 'cam', sdp: SDP }]);
  });

  test('[RELAY3] a broadcaster cannot reach a viewer of another room, known id or not', () => {
    const { camera, silence } = pairs();
    for (const to of [viewerId(2), viewerId(9), 'viewer-1', 'cam', '__proto__']) {
      camera.say({ type: 'offer', to, sdp: SDP });
      camera.say({ type: 'ice-candidate', to, candidate: CANDIDATE });
      camera.say({ type: 'error', to, message: 'no' });
      const refused = { type: 'error', code: 'unknown-peer' };
      expect(camera.heard()).toMatchObject([refused, refused, refused]);
    }
    silence();
  });

  test('[RELAY3] a viewer cannot reach the broadcaster of another room, nor another viewer', () => {
    const { viewer, silence } = pairs();
    for (const to of ['other', viewerId(2), 'nobody']) {
      viewer.say({ type: 'answer', to, sdp: SDP });
      viewer.say({ type: 'ice-candidate', to, candidate: CANDIDATE });
      const refused = { type: 'error', code: 'unknown-peer' };
      expect(viewer.heard()).toMatchObject([refused, refused]);
    }
    silence();
  });

  test('[RELAY3] what is for a peer that has left is refused', () => {
    const { camera, viewer, otherCamera, otherViewer } = pairs();
    viewer.hangUp();
    camera.heard();
    camera.say({ type: 'ice-candidate', to: viewerId(1), candidate: CANDIDATE });
    expect(camera.heard()).toMatchObject([{ type: 'error', code: 'unknown-peer' }]);
    otherCamera.hangUp();
    otherViewer.heard();
    otherViewer.say({ type: 'answer', to: 'other', sdp: SDP });
    expect(otherViewer.heard()).toMatchObject([{ type: 'error', code: 'unknown-peer' }]);
  });

  test('[RELAY4] a message without the role for it is refused with wrong-role', () => {
    const { fixture, camera, viewer, silence } = pairs();
    const refused = [{ type: 'error', code: 'wrong-role' }];
    viewer.say({ type: 'offer', to: viewerId(2), sdp: SDP });
    expect(viewer.heard()).toMatchObject(refused);
    viewer.say({ type: 'error', to: 'cam', message: 'no' });
    expect(viewer.heard()).toMatchObject(refused);
    camera.say({ type: 'answer', to: 'other', sdp: SDP });
    expect(camera.heard()).toMatchObject(refused);
    const guest = fixture.client();
    for (const message of [
      { type: 'offer', to: viewerId(1), sdp: SDP },
      { type: 'answer', to: 'cam', sdp: SDP },
      { type: 'ice-candidate', to: 'cam', candidate: CANDIDATE },
      { type: 'error', to: viewerId(1), message: 'no' },
    ] as const) {
      guest.say(message);
      expect(guest.heard()).toMatchObject(refused);
    }
    silence();
  });

  test('[RELAY5] what one peer sends another arrives in its order', () => {
    const { camera, viewer } = pairs();
    const mids = Array.from({ length: 50 }, (_, n) => String(n));
    for (const sdpMid of mids) camera.say({ type: 'ice-candidate', to: viewerId(1), candidate: '', sdpMid });
    expect(viewer.heard().map((message) => 'sdpMid' in message && message.sdpMid)).toEqual(mids);
  });

  test('[ERR3] a broadcaster tells a viewer why there is no video; the server sets from', () => {
    const { camera, viewer } = pairs();
    camera.sayText(
      JSON.stringify({
        type: 'error',
        to: viewerId(1),
        from: 'x',
        message: 'Full',
        code: 'too-many-viewers',
      }),
    );
    camera.say({ type: 'error', to: viewerId(1), message: 'No camera' });
    expect(viewer.heard()).toEqual([
      { type: 'error', from: 'cam', message: 'Full', code: 'too-many-viewers' },
      { type: 'error', from: 'cam', message: 'No camera', code: 'refused' },
    ]);
  });
});
