import type { Text } from './en.ts';

/** German. */
export const de: Text = {
  code: 'de',
  status: {
    idle: 'Nicht verbunden.',
    connecting: {
      server: 'Der Server wird gerufen …',
      joining: 'Die Kamera wird angefragt …',
      'waiting-for-offer': 'Warten auf Antwort der Kamera …',
      media: 'Das Bild kommt gleich …',
      tap: 'Antippen, damit das Bild läuft.',
    },
    waitingForCamera: 'Die Kamera ist nicht da. Ihr Bild kommt von selbst.',
    cameraRestarting: 'Die Kamera startet neu. Ihr Bild kommt von selbst wieder.',
    live: 'Live',
    liveWithoutServer: 'Live. Der Server ist nicht erreichbar, das Bild läuft ohne ihn weiter.',
    serverLost: 'Der Server ist nicht erreichbar. Neuer Versuch …',
    mediaLost: 'Es kommt kein Bild an. Die Kamera wird noch einmal gefragt …',
    onlyDirect: (why) => `Nur eine direkte Verbindung ist möglich: ${why}.`,
  },
  ended: {
    replaced: 'Beendet: Eine andere Verbindung hat diese abgelöst.',
    'bad-stream-id': 'Das ist kein Name einer Kamera. Bitte prüfen.',
    'bad-source': 'Das ist kein Link zu einer Kamera. Bitte prüfen.',
    'too-many-viewers': 'Die Kamera hat so viele Zuschauer, wie sie bedienen kann. Bitte später versuchen.',
    'too-many-streams': 'Der Server hat so viele Kameras, wie er aufnimmt. Bitte später versuchen.',
    'token-missing':
      'Dieser Link ist unvollständig. Bitte den Besitzer der Kamera um einen mit Schlüssel bitten.',
    'token-invalid':
      'Der Schlüssel in diesem Link ist keiner von diesem Server. Bitte den Besitzer um einen neuen Link bitten.',
    'token-expired': 'Dieser Link ist abgelaufen. Bitte den Besitzer der Kamera um einen neuen bitten.',
    'token-revoked': 'Dieser Link gilt nicht mehr. Bitte den Besitzer der Kamera um einen neuen bitten.',
    forbidden: 'Dieser Link gehört zu einer anderen Kamera. Bitte den Besitzer um den richtigen bitten.',
    'not-acceptable': 'Dieser Browser kann das Video der Kamera nicht zeigen.',
    'no-webrtc': 'Diesem Browser fehlt WebRTC, ohne das es kein Livebild gibt.',
    refused: 'Der Server hat die Verbindung abgelehnt.',
    refusedBecause: (why) => `Abgelehnt: ${why}`,
  },
  player: {
    camera: 'Kamera',
    play: 'Abspielen',
    fullscreen: 'Vollbild',
    leaveFullscreen: 'Vollbild beenden',
  },
  home: {
    stream: 'Stream',
    connect: 'Verbinden',
    disconnect: 'Trennen',
  },
};
