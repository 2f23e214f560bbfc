/**
 * Answers, offers and candidates that were broken in 5,000 ways, given to the native stack as a viewer's would be. A native
 * abort ends this worker, and with it the test run; the seed makes it the same every time.
 */
import { PLAYOUT_DELAY_URI } from '@perch/rtp';
import { expect, test } from 'vitest';
import { datachannelOpener } from '../src/adapters/datachannel-opener.ts';
import type { VideoOffer } from '../src/domain/peer-transport.ts';
import { readViewerOffer } from '../src/domain/viewer-offer.ts';
import { EventLog } from './support/event-log.ts';
import { silentLog } from './support/fakes.ts';
import { FarEnd } from './support/far-end.ts';
import { CHROMIUM_OFFER } from './support/viewer-offers.ts';

const ANSWERS = 2_000;
const OFFERS = 2_000;
const CANDIDATES = 1_000;

/** Mulberry32: small, and the same everywhere. */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const WORDS = [
  '0',
  '-1',
  '65536',
  '4294967296',
  '9'.repeat(30),
  '',
  ' ',
  ':',
  '=',
  'é',
  '\u202e',
  '😀',
  '%s%n',
];
const LINES = [
  'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
  'm=video 9 UDP/TLS/RTP/SAVPF 102',
  'a=sctp-port:99999',
  'a=max-message-size:-1',
  'a=mid:',
  'a=setup:',
  'a=rtpmap:102',
  'a=rtpmap:300 H264/90000',
  'a=rtpmap:x y/z',
  'a=fmtp:',
  'a=fmtp:102',
  'a=rtcp-fb:102',
  'a=rtcp-fb:* nack',
  'a=ssrc:',
  'a=ssrc:99999999999 cname:x',
  'a=ssrc-group:FID',
  'a=extmap:',
  'a=extmap:99999999999999999999 x',
  'a=group:BUNDLE 0 0 1',
  'a=identity:x',
  'a=ice-options:',
  'a=ice-lite',
  'a=end-of-candidates',
  'a=candidate:1 1 udp 1 10.0.0.1 9 typ host',
  'a=candidate:1 1 udp 1 ::1 9 typ srflx raddr :: rport 0',
  'a=simulcast:send x',
  'a=rid:x send',
  'b=AS:',
  'b=AS:99999999999999999999',
  'c=IN IP6 ::',
  'o=- x y IN IP4 z',
  't=',
  's=',
  'a=',
  'x=y',
];

function mutate(text: string, pick: (below: number) => number): string {
  const lines = text.split('\r\n');
  for (let times = 1 + pick(3); times > 0; times--) {
    const at = pick(lines.length);
    const line = lines[at] ?? '';
    const character = pick(line.length + 1);
    const word = WORDS[pick(WORDS.length)] ?? '';
    switch (pick(10)) {
      case 0:
        lines.splice(at, 1);
        break;
      case 1:
        lines.splice(at, 0, line);
        break;
      case 2: {
        const other = pick(lines.length);
        [lines[at], lines[other]] = [lines[other] ?? '', line];
        break;
      }
      case 3:
        lines[at] = line.slice(0, character) + String.fromCharCode(32 + pick(95)) + line.slice(character + 1);
        break;
      case 4:
        lines[at] = line.replace(/\d+/u, () => word);
        break;
      case 5:
        lines[at] = line.replace(/([:=])[^:=]*$/u, (_, mark) => mark + word);
        break;
      case 6:
        lines[at] = line.slice(0, character) + word + line.slice(character);
        break;
      case 7:
        lines[at] = line.slice(0, character);
        break;
      case 8:
        lines.splice(at, 0, LINES[pick(LINES.length)] ?? '');
        break;
      case 9:
        lines[at] = line.replace(/ \S+/gu, (part) => (pick(3) === 0 ? ` ${word}` : part));
        break;
    }
  }
  return lines.join('\r\n');
}

const VIDEO: VideoOffer = {
  payloadType: 102,
  ssrc: 1,
  cname: 'camera',
  profileLevelId: '42e01f',
  extensions: [{ id: 2, uri: PLAYOUT_DELAY_URI }],
};

async function offered() {
  const log = new EventLog();
  const transport = datachannelOpener(silentLog)({ iceServers: [], video: VIDEO }, log);
  const [offer] = await log.first('onOffer');
  return { transport, offer: String(offer) };
}

test('[WIRE10] [WIRE11] no answer and no candidate, however malformed, ends the process', async () => {
  const pick = seeded(20_260_101);
  const first = await offered();
  let foundCandidate: (candidate: string) => void = () => {};
  const candidateFound = new Promise<string>((resolve) => {
    foundCandidate = resolve;
  });
  const far = new FarEnd((text) => foundCandidate(text));
  const answer = await far.answer(first.offer);
  const candidate = await candidateFound;
  let { transport } = first;
  let refused = 0;
  for (let n = 0; n < ANSWERS; n++) {
    const refusal = transport.answer(mutate(answer, pick));
    if (refusal !== undefined) {
      refused++;
      continue;
    }
    transport.addCandidate(candidate);
    transport.close();
    ({ transport } = await offered());
  }
  for (let n = 0; n < CANDIDATES; n++) {
    if (n === CANDIDATES / 2) expect(transport.answer(answer)).toBeUndefined();
    if (transport.addCandidate(mutate(candidate, pick)) !== undefined) refused++;
  }
  transport.close();
  far.close();
  expect(refused).toBeGreaterThan(1_000);

  const last = await offered();
  expect(last.transport.answer(answer)).toBeUndefined();
  last.transport.close();
}, 60_000);

test('[WIRE10] [WIRE11] no offer, however malformed, ends the process', async () => {
  const pick = seeded(20_260_102);
  const open = datachannelOpener(silentLog);
  /** Whether it was refused, by us or, where `isBare`, by the transport that has it as it came. */
  const isRefused = (sdp: string, isBare: boolean): boolean => {
    const offer = readViewerOffer(sdp, VIDEO);
    if (!(offer.ok || isBare)) return true;
    const video = offer.ok ? offer.value.video : VIDEO;
    const transport = open({ iceServers: [], video, viewerOffers: true }, new EventLog());
    const refusal = transport.offer(offer.ok && !isBare ? offer.value.stackSdp : sdp);
    transport.close();
    return refusal !== undefined;
  };
  const far = new FarEnd(() => {});
  const simple = await far.offer('0', VIDEO.payloadType);
  far.close();
  let refused = 0;
  for (let n = 0; n < OFFERS; n++) {
    const isBare = n % 4 === 0;
    if (isRefused(mutate(isBare ? simple : CHROMIUM_OFFER, pick), isBare)) refused++;
  }
  expect(refused).toBeGreaterThan(200);
  expect(refused).toBeLessThan(OFFERS - 200);
  expect(isRefused(CHROMIUM_OFFER, false)).toBe(false);
}, 60_000);
