/** Every word that a person reads, in English. Another language is another object of this shape (`text.ts` chooses). */
export const en = {
  code: 'en',
  status: {
    idle: 'Not connected.',
    connecting: {
      server: 'Calling the server…',
      joining: 'Asking for the stream…',
      'waiting-for-offer': 'Waiting for the camera to answer…',
      media: 'Opening the video…',
      tap: 'Tap to start the picture.',
    },
    waitingForCamera: 'The camera is offline. Its picture will start by itself.',
    cameraRestarting: 'The camera is restarting. Its picture comes back by itself.',
    live: 'Live',
    liveWithoutServer: 'Live. The server is out of reach; the picture goes on without it.',
    serverLost: 'The server can’t be reached. Trying again…',
    mediaLost: 'No picture is arriving. Asking the camera again…',
    /** Where the networks allow no direct connection, only the owner can help, and needs to know why. */
    onlyDirect: (why: string) => `Only a direct connection can be tried: ${why}.`,
  },
  ended: {
    replaced: 'Stopped: another connection took the place of this one.',
    'bad-stream-id': 'That is not a stream name. Please check it.',
    'bad-source': 'That is not a link to a camera. Please check it.',
    'too-many-viewers': 'The camera has as many viewers as it can serve. Please try later.',
    'too-many-streams': 'The server has as many streams as it takes. Please try later.',
    'token-missing': 'This link is not complete. Please ask the camera’s owner for one with a key in it.',
    'token-invalid':
      'This link’s key is not one of this server. Please ask the camera’s owner for a new link.',
    'token-expired': 'This link has expired. Please ask the camera’s owner for a new one.',
    'token-revoked': 'This link is no longer valid. Please ask the camera’s owner for a new one.',
    forbidden: 'This link is for another camera. Please ask the camera’s owner for one for this camera.',
    'not-acceptable': 'This browser can’t show the camera’s video.',
    'no-webrtc': 'This browser has no WebRTC, which live video needs.',
    refused: 'The server refused the connection.',
    refusedBecause: (why: string) => `Refused: ${why}`,
  },
  player: {
    cameraNamed: (name: string) => (name === '' ? 'Camera' : `Camera ${name}`),
    controls: 'Controls',
    play: 'Play',
    pause: 'Pause',
    snapshot: 'Save a snapshot',
    record: 'Record',
    recording: 'Recording',
    pictureInPicture: 'Picture in picture',
    stats: 'Statistics',
    wholePicture: 'Show the whole picture',
    fullscreen: 'Fullscreen',
    leaveFullscreen: 'Leave fullscreen',
    whyNot: 'Why can’t I connect?',
  },
  /** What the watch page's tab says beside the camera's name: two or three words. */
  watch: {
    idle: 'paused',
    connecting: 'connecting',
    'waiting-for-camera': 'offline',
    'camera-restarting': 'restarting',
    live: 'live',
    reconnecting: 'reconnecting',
    ended: 'stopped',
  },
};

export type Text = typeof en;
