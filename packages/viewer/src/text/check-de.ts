/** The words of the check page, in German. */
import type { CheckText } from './check-text.ts';

const counted = (count: number, one: string, many: string) => `${count} ${count === 1 ? one : many}`;
const RELAYS = { udp: 'ein Relay über UDP', stream: 'ein Relay über TCP' } as const;
const DOCTOR = 'Auf dem Server oder einem anderen Rechner: perch doctor --link fragt nach diesem Link.';
const SERVER_LOG = 'Auf dem Server: systemctl status perch-serve; journalctl -u perch-serve -e';
const PI_LOG = 'Auf dem Pi: journalctl -u perch-stream -e';
const STRICT_NETWORK = 'Bitte ein anderes Netz versuchen, etwa Mobilfunk statt dieses WLANs, oder ohne VPN.';

export const checkDe: CheckText = {
  title: 'Warum geht es nicht?',
  intro: 'Diese Seite versucht Schritt für Schritt, was zum Zuschauen nötig ist, und sagt, wo es hakt.',
  link: 'Link oder Name der Kamera',
  linkHint: 'Der ganze Link, wie er kam, oder der Name des Streams, wo der Server offen ist.',
  start: 'Prüfen',
  again: 'Noch einmal prüfen',
  copy: 'Als Text kopieren',
  copied: 'Kopiert. Es steht kein Schlüssel darin.',
  copyFailed: 'Dieser Browser lässt die Seite nicht kopieren. Der Text steht markiert darunter.',
  watch: 'Zuschauen',
  badLink: 'Das ist kein Link zu einer Kamera und kein Name eines Streams. Bitte prüfen.',
  picture: 'Das Bild, das ankam',
  running: 'Es wird geprüft …',
  stepsTitle: 'Schritte',
  forOwner: 'Für den Besitzer der Kamera',
  ms: (ms) => `${Math.round(ms)} ms`,
  steps: {
    server: 'Server erreicht',
    token: 'Schlüssel gilt',
    camera: 'Kamera da',
    relay: 'Relay angeboten',
    candidates: 'Wege aus diesem Netz',
    codec: 'Videoformat',
    'their-candidates': 'Adressen der Kamera',
    pairs: 'Ein Weg zwischen beiden',
    dtls: 'Verschlüsselung vereinbart',
    packet: 'Erstes Paket',
    frame: 'Erstes Bild',
  },
  states: {
    running: 'läuft',
    passed: 'bestanden',
    warned: 'bestanden mit Warnung',
    failed: 'gescheitert',
    'not-reached': 'nicht erreicht',
  },
  found: {
    'server-answers': ({ version }) => (version ? `Perch ${version} antwortet.` : 'Der Server antwortet.'),
    'server-silent': () => 'Unter der Adresse des Servers antwortet nichts.',
    'no-socket': () => 'Der Server antwortet, und kein WebSocket öffnet sich.',
    'no-webrtc': () => 'Diesem Browser fehlt WebRTC.',
    'let-in': ({ by }) => (by === 'open' ? 'Dieser Server lässt alle ein.' : 'Der Schlüssel im Link gilt.'),
    refused: ({ why, detail }) =>
      why === 'refused' && detail ? `Abgelehnt: ${detail}` : checkDe.refused[why],
    'sent-away': () => 'Der Server ist beschäftigt und hat diese Seite weggeschickt.',
    'no-answer-to-join': () => 'Der Server beantwortet die Bitte zuzuschauen nicht.',
    'camera-online': () => 'Die Kamera antwortet.',
    'camera-offline': () => 'Unter diesem Namen sendet keine Kamera.',
    'camera-restarting': () => 'Die Kamera ist verbunden und gibt gerade keine Bilder.',
    'camera-silent': () => 'Die Kamera ist angemeldet und antwortet nicht.',
    'relays-given': ({ count }) => `Der Server gab ${counted(count, 'Adresse', 'Adressen')} von Relays.`,
    'no-relay': ({ isSetUp, why }) =>
      isSetUp
        ? `Der Server hat gerade kein Relay: ${why ?? 'er sagt nicht, warum'}.`
        : 'Dieser Server hat kein Relay (TURN).',
    gathered: ({ host, reflexive, relays }) => {
      const ways = [
        counted(host, 'Adresse dieses Geräts', 'Adressen dieses Geräts'),
        reflexive > 0 ? 'von außen über UDP gesehen' : 'von außen über UDP nicht gesehen',
        ...(relays.length > 0 ? relays.map((kind) => RELAYS[kind]) : ['kein Relay']),
      ];
      return `${ways.join(', ')}.`;
    },
    'relay-refused': ({ url, code }) =>
      code === 401
        ? `Das Relay ${url} nimmt das Passwort des Servers nicht (401).`
        : `Das Relay ${url} lehnt ab (${code}).`,
    'no-candidates': () => 'Dieser Browser fand keine Adresse, zu der Video kommen könnte.',
    'codec-shared': ({ codec }) => `${codec}, das dieser Browser zeigen kann.`,
    'no-codec': ({ offered }) =>
      `Die Kamera sendet ${offered.join(', ') || 'kein Video'}; das kann dieser Browser nicht zeigen.`,
    'offer-unusable': () => 'Das Angebot der Kamera ist nicht zu gebrauchen.',
    'their-candidates': ({ count, types }) =>
      `${counted(count, 'Adresse', 'Adressen')} der Kamera (${types.join(', ')}).`,
    'no-their-candidates': () => 'Die Kamera nannte keine Adresse.',
    'pair-answered': ({ tried, route }) =>
      `${route === 'relayed' ? 'Durch ein Relay' : route === 'direct' ? 'Direkt' : 'Gefunden'}; ${counted(tried, 'Weg wurde', 'Wege wurden')} versucht.`,
    'no-pair': ({ tried }) => `Keine Antwort auf ${counted(tried, 'versuchtem Weg', 'versuchten Wegen')}.`,
    'dtls-done': () => 'Die Verbindung ist verschlüsselt.',
    'no-dtls': () => 'Die beiden einigten sich nicht auf Schlüssel (DTLS).',
    packets: () => 'Es kommt Video an.',
    'no-packets': () => 'Die Verbindung steht, und es kommt kein Video an.',
    frame: () => 'Ein Bild wurde gezeigt.',
    'no-frame': () => 'Es kommt Video an, und es wird kein Bild daraus.',
    tap: () => 'Der Browser spielt erst nach einem Antippen.',
  },
  refused: {
    replaced: 'Eine andere Verbindung hat diese abgelöst.',
    refused: 'Der Server hat abgelehnt.',
    'bad-stream-id': 'Das ist kein Name eines Streams.',
    'bad-source': 'Das ist kein Link zu einer Kamera.',
    'no-webrtc': 'Diesem Browser fehlt WebRTC.',
    'too-many-viewers': 'Die Kamera hat so viele Zuschauer, wie sie bedienen kann.',
    'too-many-streams': 'Der Server hat so viele Kameras, wie er aufnimmt.',
    'not-acceptable': 'Dieser Browser kann das Video der Kamera nicht zeigen.',
    'token-missing': 'Dieser Server will einen Schlüssel, und im Link ist keiner.',
    'token-invalid': 'Der Schlüssel im Link ist keiner von diesem Server.',
    'token-expired': 'Der Schlüssel im Link ist abgelaufen.',
    'token-revoked': 'Der Besitzer hat diesen Schlüssel zurückgenommen.',
    forbidden: 'Der Schlüssel gehört zu einer anderen Kamera.',
  },
  causes: (streamId) => {
    const newLink = `Auf dem Server: perch token --view ${streamId} macht einen neuen Link; perch token --list zeigt die, die es gibt.`;
    const askForLink = 'Bitte den Besitzer der Kamera um einen neuen Link bitten.';
    const relayKey = `TURN_SECRET bei perch serve und static-auth-secret bei coturn müssen gleich sein und beide Uhren richtig gehen; bei Cloudflare den TURN-Schlüssel neu kopieren. ${DOCTOR}`;
    return {
      works: { says: 'Alles geht: Ein Bild kam an.', next: 'Die Seite der Kamera öffnen.' },
      'works-relay-refused': {
        says: 'Ein Bild kam an, aber das Relay nimmt das Passwort des Servers nicht.',
        next: 'Aus diesem Netz geht es. Aus strengeren erst, wenn der Besitzer das Relay richtigstellt.',
        owner: relayKey,
      },
      'works-without-udp': {
        says: 'Ein Bild kam durch ein Relay über TCP an, da dieses Netz kein UDP hinauslässt.',
        next: `Es geht, mit mehr Verzögerung. ${STRICT_NETWORK}`,
      },
      'server-down': {
        says: 'Der Server ist nicht erreichbar.',
        next: 'Ist dieses Gerät online? Wenn andere Seiten laden, ist der Server aus, oder dieses Netz sperrt ihn.',
        owner: `${SERVER_LOG}. Von anderswo: perch doctor --link fragt nach diesem Link.`,
      },
      'no-socket': {
        says: 'Der Server antwortet und nimmt keinen WebSocket an.',
        next: 'Andere Seiten dieser Kamera schließen und eine Minute warten, oder ein anderes Netz: Manche sperren WebSockets.',
        owner: `Ein Proxy vor Perch muss WebSockets weiterreichen, und perch serve will dann --trust-proxy. ${DOCTOR}`,
      },
      'no-answer-to-join': {
        says: 'Der Server nimmt die Verbindung an und antwortet nicht.',
        next: 'In einer Minute noch einmal versuchen.',
        owner: `perch serve neu starten. ${SERVER_LOG}`,
      },
      busy: {
        says: 'Der Server hat für diese Adresse zu viel zu tun oder startet gerade neu.',
        next: 'Andere Seiten dieser Kamera schließen, eine Minute warten und noch einmal prüfen.',
        owner: SERVER_LOG,
      },
      'camera-offline': {
        says: 'Die Kamera ist nicht da.',
        next: 'Hier ist alles in Ordnung: Ihr Bild kommt von selbst, wenn sie wieder da ist.',
        owner: `Ist der Pi an, und heißt seine STREAM_ID ${streamId}? ${PI_LOG}`,
      },
      'camera-restarting': {
        says: 'Die Kamera ist verbunden, und ihr Bild steht still.',
        next: 'Einen Moment warten: Der Pi startet seine Kamera von selbst neu.',
        owner: `Sitzt das Kabel der Kamera, und nutzt kein anderes Programm sie? ${PI_LOG}`,
      },
      'camera-silent': {
        says: 'Die Kamera ist angemeldet und antwortet nicht.',
        next: 'In einer Minute noch einmal versuchen.',
        owner: `Der Pi ist überlastet oder hängt: sudo systemctl restart perch-stream. ${PI_LOG}`,
      },
      'offer-unusable': {
        says: 'Dieser Browser kann mit dem Angebot der Kamera nichts anfangen.',
        next: 'Einen anderen Browser versuchen.',
        owner: PI_LOG,
      },
      'relay-refused': {
        says: 'Das Relay nimmt das Passwort des Servers nicht, und kein direkter Weg fand sich.',
        next: `Nur der Besitzer kann das richtigstellen. ${STRICT_NETWORK}`,
        owner: relayKey,
      },
      'udp-blocked': {
        says: 'Dieses Netz lässt kein UDP hinaus, und kein Relay über TCP führte zur Kamera.',
        next: STRICT_NETWORK,
        owner: `Ein Relay über TCP hilft: TURN_URLS mit ?transport=tcp, oder turns: auf Port 443. Scheitert es in jedem Netz, ist der UDP-Port des Relays zu. ${DOCTOR}`,
      },
      'no-relay': {
        says: 'Kein direkter Weg führt zur Kamera, und dieser Server hat kein Relay.',
        next: STRICT_NETWORK,
        owner: `Bei perch serve CLOUDFLARE_TURN_ID und CLOUDFLARE_TURN_TOKEN setzen, oder TURN_SECRET und TURN_URLS. ${DOCTOR}`,
      },
      'no-path': {
        says: 'Es gibt ein Relay und doch keinen Weg zur Kamera.',
        next: STRICT_NETWORK,
        owner: `Lässt das Netz des Pi UDP zum Relay hinaus? ${DOCTOR} Auch auf dem Pi.`,
      },
      'no-handshake': {
        says: 'Die Kamera wurde erreicht, und die beiden einigten sich nicht auf Schlüssel.',
        next: 'Noch einmal prüfen: Es ist selten und gibt sich meist.',
        owner: PI_LOG,
      },
      'no-packets': {
        says: 'Die Verbindung steht, und es kommt kein Video an.',
        next: 'Gleich noch einmal prüfen.',
        owner: PI_LOG,
      },
      'no-frames': {
        says: 'Es kommt Video an, und dieser Browser macht kein Bild daraus.',
        next: 'Vielleicht ist die Verbindung zu langsam, oder dem Browser fehlt der Decoder: einen anderen versuchen.',
        owner: PI_LOG,
      },
      frozen: {
        says: 'Ein Bild kam an, und keines danach.',
        next: 'Gleich noch einmal prüfen.',
        owner: `Vielleicht hängt die Kamera. ${PI_LOG}`,
      },
      tap: {
        says: 'Der Browser spielt erst nach einem Antippen.',
        next: 'Die Seite der Kamera öffnen und auf den großen Knopf tippen.',
      },
      replaced: { says: 'Eine andere Verbindung hat diese abgelöst.', next: 'Noch einmal prüfen.' },
      refused: {
        says: 'Der Server hat die Verbindung abgelehnt.',
        next: 'Bitte den Besitzer der Kamera fragen.',
        owner: SERVER_LOG,
      },
      'bad-stream-id': {
        says: 'Das ist kein Name eines Streams.',
        next: 'Wurde der Link ganz kopiert?',
        owner: newLink,
      },
      'bad-source': { says: 'Das ist kein Link zu einer Kamera.', next: 'Wurde der Link ganz kopiert?' },
      'no-webrtc': {
        says: 'Diesem Browser fehlt WebRTC, ohne das es kein Livebild gibt.',
        next: 'Ein aktueller Firefox, Chrome, Edge oder Safari hat es, wenn es nicht ausgeschaltet ist.',
      },
      'too-many-viewers': {
        says: 'Die Kamera hat so viele Zuschauer, wie sie bedienen kann.',
        next: 'Noch einmal versuchen, wenn jemand gegangen ist.',
        owner: `--max-viewers oder MAX_VIEWERS bei perch stream erlaubt mehr. ${PI_LOG}`,
      },
      'too-many-streams': {
        says: 'Der Server hat so viele Kameras, wie er aufnimmt.',
        next: 'Bitte den Besitzer der Kamera fragen.',
        owner: SERVER_LOG,
      },
      'not-acceptable': {
        says: 'Dieser Browser kann das Videoformat der Kamera nicht zeigen.',
        next: 'Einen anderen Browser versuchen, oder ein Gerät mit einem neueren.',
        owner: `Perch sendet H.264, das jeder aktuelle Browser zeigt; andere Sender vielleicht nicht. ${PI_LOG}`,
      },
      'token-missing': {
        says: 'Im Link ist kein Schlüssel.',
        next: 'Wurde er ganz kopiert, mit allem hinter dem #? Sonst den Besitzer um einen mit Schlüssel bitten.',
        owner: newLink,
      },
      'token-invalid': {
        says: 'Der Schlüssel im Link ist keiner von diesem Server.',
        next: `Wurde er ganz kopiert? ${askForLink}`,
        owner: `Ein anderer Server hat ihn gemacht, oder der Zustandsordner des Servers ist neu: Seine alten Links gelten nicht mehr. ${newLink}`,
      },
      'token-expired': {
        says: 'Der Link ist abgelaufen.',
        next: askForLink,
        owner: `${newLink} Wenn er neu ist: Geht die Uhr des Servers richtig? timedatectl`,
      },
      'token-revoked': {
        says: 'Der Besitzer hat diesen Link zurückgenommen.',
        next: askForLink,
        owner: newLink,
      },
      forbidden: {
        says: 'Der Schlüssel im Link gehört zu einer anderen Kamera.',
        next: 'Bitte den Besitzer um einen Link zu dieser bitten.',
        owner: newLink,
      },
    };
  },
};
