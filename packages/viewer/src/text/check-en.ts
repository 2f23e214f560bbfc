/** The words of the check page, in English. Apart from `en.ts`, so that no other page loads them. */
import type { CheckText } from './check-text.ts';

const counted = (count: number, one: string, many: string) => `${count} ${count === 1 ? one : many}`;
const RELAYS = { udp: 'a relay over UDP', stream: 'a relay over TCP' } as const;
const DOCTOR = 'On the server, or on any computer: perch doctor --link asks for this link.';
const SERVER_LOG = 'On the server: systemctl status perch-serve; journalctl -u perch-serve -e';
const PI_LOG = 'On the Pi: journalctl -u perch-stream -e';
const STRICT_NETWORK = 'Try another network, such as mobile data in place of this Wi-Fi, or without VPN.';

export const checkEn: CheckText = {
  title: 'Why can’t I connect?',
  intro: 'This tries what watching a camera takes, step by step, and says which step fails.',
  link: 'Link or name of the camera',
  linkHint: 'The whole link as you were given it, or the stream’s name where the server is open.',
  start: 'Check',
  again: 'Check again',
  copy: 'Copy as text',
  copied: 'Copied. There is no key in it.',
  copyFailed: 'This browser does not let the page copy. The text is selected below.',
  watch: 'Watch',
  badLink: 'That is not a link to a camera, nor a stream’s name. Please check it.',
  picture: 'The picture that arrived',
  running: 'Checking…',
  stepsTitle: 'Steps',
  forOwner: 'For the camera’s owner',
  ms: (ms) => `${Math.round(ms)} ms`,
  steps: {
    server: 'Server reached',
    token: 'Key accepted',
    camera: 'Camera online',
    relay: 'Relay offered',
    candidates: 'Ways out of this network',
    codec: 'Video format',
    'their-candidates': 'Camera’s addresses',
    pairs: 'A way between the two',
    dtls: 'Encryption agreed',
    packet: 'First packet',
    frame: 'First picture',
  },
  states: {
    running: 'under way',
    passed: 'passed',
    warned: 'passed with a warning',
    failed: 'failed',
    'not-reached': 'not reached',
  },
  found: {
    'server-answers': ({ version }) => (version ? `Perch ${version} answers.` : 'The server answers.'),
    'server-silent': () => 'Nothing answers at the server’s address.',
    'no-socket': () => 'The server answers, and no WebSocket opens.',
    'no-webrtc': () => 'This browser has no WebRTC.',
    'let-in': ({ by }) => (by === 'open' ? 'This server lets everyone in.' : 'The key in the link is good.'),
    refused: ({ why, detail }) => (why === 'refused' && detail ? `Refused: ${detail}` : checkEn.refused[why]),
    'sent-away': () => 'The server is busy, and sent this page away.',
    'no-answer-to-join': () => 'The server does not answer the request to watch.',
    'camera-online': () => 'The camera answers.',
    'camera-offline': () => 'No camera is sending under this name.',
    'camera-restarting': () => 'The camera is connected, and gives no pictures now.',
    'camera-silent': () => 'The camera is registered, and does not answer.',
    'relays-given': ({ count }) => `The server gave ${counted(count, 'relay address', 'relay addresses')}.`,
    'no-relay': ({ isSetUp, why }) =>
      isSetUp
        ? `The server has no relay now: ${why ?? 'it gives no reason'}.`
        : 'This server has no relay (TURN).',
    gathered: ({ host, reflexive, relays }) => {
      const ways = [
        counted(host, 'address of this device', 'addresses of this device'),
        reflexive > 0 ? 'seen from outside over UDP' : 'not seen from outside over UDP',
        ...(relays.length > 0 ? relays.map((kind) => RELAYS[kind]) : ['no relay']),
      ];
      return `${ways.join(', ')}.`;
    },
    'relay-refused': ({ url, code }) =>
      code === 401
        ? `The relay ${url} does not take the server’s password (401).`
        : `The relay ${url} refuses (${code}).`,
    'no-candidates': () => 'This browser found no address that video could come to.',
    'codec-shared': ({ codec }) => `${codec}, which this browser can show.`,
    'no-codec': ({ offered }) =>
      `The camera sends ${offered.join(', ') || 'no video'}; this browser can’t show it.`,
    'offer-unusable': () => 'The camera’s offer can’t be used.',
    'their-candidates': ({ count, types }) =>
      `${counted(count, 'address', 'addresses')} of the camera (${types.join(', ')}).`,
    'no-their-candidates': () => 'The camera named no address.',
    'pair-answered': ({ tried, route }) =>
      `${route === 'relayed' ? 'Through a relay' : route === 'direct' ? 'Direct' : 'Found'}; ${counted(tried, 'way was', 'ways were')} tried.`,
    'no-pair': ({ tried }) => `None of ${counted(tried, 'way', 'ways')} tried was answered.`,
    'dtls-done': () => 'The connection is encrypted.',
    'no-dtls': () => 'The two could not agree on keys (DTLS).',
    packets: () => 'Video arrives.',
    'no-packets': () => 'The connection stands, and no video arrives.',
    frame: () => 'A picture was shown.',
    'no-frame': () => 'Video arrives, and no picture comes of it.',
    tap: () => 'The browser wants a tap before it plays.',
  },
  refused: {
    replaced: 'Another connection took the place of this one.',
    refused: 'The server refused.',
    'bad-stream-id': 'That is not a stream’s name.',
    'bad-source': 'That is not a link to a camera.',
    'no-webrtc': 'This browser has no WebRTC.',
    'too-many-viewers': 'The camera has as many viewers as it can serve.',
    'too-many-streams': 'The server has as many streams as it takes.',
    'not-acceptable': 'This browser can’t show the camera’s video.',
    'token-missing': 'This server wants a key, and the link has none.',
    'token-invalid': 'The key in the link is not one of this server.',
    'token-expired': 'The key in the link has expired.',
    'token-revoked': 'The owner has taken this key back.',
    forbidden: 'The key is for another camera.',
  },
  causes: (streamId) => {
    const newLink = `On the server: perch token --view ${streamId} makes a new link; perch token --list shows those there are.`;
    const askForLink = 'Ask the camera’s owner for a new link.';
    const relayKey = `TURN_SECRET at perch serve and static-auth-secret at coturn must be the same, and both clocks right; with Cloudflare copy the TURN key again. ${DOCTOR}`;
    return {
      works: { says: 'Everything works: a picture arrived.', next: 'Open the camera’s page.' },
      'works-relay-refused': {
        says: 'A picture arrived, but the relay does not take the server’s password.',
        next: 'It works from this network. From stricter ones it will not until the owner corrects the relay.',
        owner: relayKey,
      },
      'works-without-udp': {
        says: 'A picture arrived by a relay over TCP, since this network lets no UDP out.',
        next: `It works, with more delay. ${STRICT_NETWORK}`,
      },
      'server-down': {
        says: 'The server can’t be reached.',
        next: 'Is this device online? If other pages load, the server is down, or this network blocks it.',
        owner: `${SERVER_LOG}. From elsewhere: perch doctor --link asks for this link.`,
      },
      'no-socket': {
        says: 'The server answers, and takes no WebSocket.',
        next: 'Close other pages of this camera and wait a minute, or try another network: some block WebSockets.',
        owner: `A proxy before Perch has to pass WebSockets on, and perch serve then wants --trust-proxy. ${DOCTOR}`,
      },
      'no-answer-to-join': {
        says: 'The server takes the connection, and does not answer.',
        next: 'Try again in a minute.',
        owner: `Restart perch serve. ${SERVER_LOG}`,
      },
      busy: {
        says: 'The server has too much to do for this address, or is about to restart.',
        next: 'Close other pages of this camera, wait a minute, and check again.',
        owner: SERVER_LOG,
      },
      'camera-offline': {
        says: 'The camera is offline.',
        next: 'Nothing is wrong here: its picture starts by itself when the camera is back.',
        owner: `Is the Pi on, and its STREAM_ID ${streamId}? ${PI_LOG}`,
      },
      'camera-restarting': {
        says: 'The camera is connected, and its picture has stopped.',
        next: 'Wait a moment: the Pi restarts its camera by itself.',
        owner: `Is the camera’s cable in place, and no other program using it? ${PI_LOG}`,
      },
      'camera-silent': {
        says: 'The camera is registered, and does not answer.',
        next: 'Try again in a minute.',
        owner: `The Pi is overloaded or hangs: sudo systemctl restart perch-stream. ${PI_LOG}`,
      },
      'offer-unusable': {
        says: 'This browser can’t use what the camera offers.',
        next: 'Try another browser.',
        owner: PI_LOG,
      },
      'relay-refused': {
        says: 'The relay does not take the server’s password, and no direct way was found.',
        next: `Only the owner can correct it. ${STRICT_NETWORK}`,
        owner: relayKey,
      },
      'udp-blocked': {
        says: 'This network lets no UDP out, and no relay over TCP led to the camera.',
        next: STRICT_NETWORK,
        owner: `A relay over TCP helps: TURN_URLS with ?transport=tcp, or turns: on port 443. If it fails in every network, the relay’s UDP port is closed. ${DOCTOR}`,
      },
      'no-relay': {
        says: 'No direct way leads to the camera, and this server has no relay.',
        next: STRICT_NETWORK,
        owner: `Set CLOUDFLARE_TURN_ID and CLOUDFLARE_TURN_TOKEN, or TURN_SECRET and TURN_URLS, at perch serve. ${DOCTOR}`,
      },
      'no-path': {
        says: 'There is a relay, and still no way to the camera.',
        next: STRICT_NETWORK,
        owner: `Does the Pi’s network let UDP out to the relay? ${DOCTOR} Run it on the Pi, too.`,
      },
      'no-handshake': {
        says: 'The camera was reached, and the two could not agree on keys.',
        next: 'Check again: it is rare, and mostly passes.',
        owner: PI_LOG,
      },
      'no-packets': {
        says: 'The connection stands, and no video arrives.',
        next: 'Check again in a moment.',
        owner: PI_LOG,
      },
      'no-frames': {
        says: 'Video arrives, and this browser makes no picture of it.',
        next: 'The connection may be too slow, or the browser may lack the decoder: try another one.',
        owner: PI_LOG,
      },
      frozen: {
        says: 'One picture arrived, and no other followed.',
        next: 'Check again in a moment.',
        owner: `The camera may hang. ${PI_LOG}`,
      },
      tap: {
        says: 'The browser plays only after a tap.',
        next: 'Open the camera’s page, and tap the large button.',
      },
      replaced: { says: 'Another connection took the place of this one.', next: 'Check again.' },
      refused: {
        says: 'The server refused the connection.',
        next: 'Ask the camera’s owner.',
        owner: SERVER_LOG,
      },
      'bad-stream-id': {
        says: 'That is not a stream’s name.',
        next: 'Was the link copied whole?',
        owner: newLink,
      },
      'bad-source': { says: 'That is not a link to a camera.', next: 'Was the link copied whole?' },
      'no-webrtc': {
        says: 'This browser has no WebRTC, which live video needs.',
        next: 'Use a recent Firefox, Chrome, Edge or Safari, with WebRTC not turned off.',
      },
      'too-many-viewers': {
        says: 'The camera has as many viewers as it can serve.',
        next: 'Try again when somebody has left.',
        owner: `--max-viewers or MAX_VIEWERS at perch stream allows more. ${PI_LOG}`,
      },
      'too-many-streams': {
        says: 'The server has as many streams as it takes.',
        next: 'Ask the camera’s owner.',
        owner: SERVER_LOG,
      },
      'not-acceptable': {
        says: 'This browser can’t show the camera’s video format.',
        next: 'Try another browser, or a device with a newer one.',
        owner: `Perch sends H.264, which every current browser shows; other senders may not. ${PI_LOG}`,
      },
      'token-missing': {
        says: 'The link has no key in it.',
        next: 'Was it copied whole, with all that stands behind the #? Else ask the owner for one with a key.',
        owner: newLink,
      },
      'token-invalid': {
        says: 'The key in the link is not one of this server.',
        next: `Was it copied whole? ${askForLink}`,
        owner: `Another server made it, or the server’s state folder is new: its old links are void. ${newLink}`,
      },
      'token-expired': {
        says: 'The link has expired.',
        next: askForLink,
        owner: `${newLink} If it is new: is the server’s clock right? timedatectl`,
      },
      'token-revoked': { says: 'The owner has taken this link back.', next: askForLink, owner: newLink },
      forbidden: {
        says: 'The key in the link is for another camera.',
        next: 'Ask the camera’s owner for a link to this one.',
        owner: newLink,
      },
    };
  },
};
