import { describe, expect, it } from 'vitest';

import {
  hideUrlSecrets,
  readBitrate,
  readCredential,
  readFramesPerSecond,
  readHost,
  readLogLevel,
  readMaxViewers,
  readPort,
  readSide,
  readSignalingUrl,
  readStreamId,
  readTurnTtl,
  readTurnUrls,
} from '../src/settings/read-value.ts';
import type { Read } from '../src/settings/setting.ts';

function taken<T>(read: Read<T>): T | 'refused' {
  return read.ok ? read.value : 'refused';
}

describe('a port', () => {
  it.each([
    ['0', 0],
    ['65535', 65535],
    [' 8080 ', 8080],
  ])('%j is %d', (text, port) => {
    expect(taken(readPort(text))).toBe(port);
  });
  it.each(['65536', '-1', '80.5', '0x50', '1e3', 'http', '', '8080/tcp'])('%j is refused', (text) => {
    expect(taken(readPort(text))).toBe('refused');
  });
});

describe('a number of viewers', () => {
  it.each([
    ['1', 1],
    [' 20 ', 20],
    ['500', 500],
  ])('%j is %d', (text, count) => {
    expect(taken(readMaxViewers(text))).toBe(count);
  });
  it.each(['0', '501', '-1', '2.5', '', 'all'])('%j is refused', (text) => {
    expect(taken(readMaxViewers(text))).toBe('refused');
  });
});

describe('a side of the picture', () => {
  it.each([
    ['64', 64],
    ['4096', 4096],
    ['720', 720],
  ])('%j is %d', (text, side) => {
    expect(taken(readSide(text))).toBe(side);
  });
  it.each(['62', '4098', '721', 'wide'])('%j is refused', (text) => {
    expect(taken(readSide(text))).toBe('refused');
  });
  it('that is odd is refused with the even number below', () => {
    expect(readSide('721')).toEqual({ ok: false, reason: 'must be even, such as 720' });
  });
});

describe('a frame rate', () => {
  it.each([
    ['1', 1],
    ['120', 120],
  ])('%j is %d', (text, rate) => {
    expect(taken(readFramesPerSecond(text))).toBe(rate);
  });
  it.each(['0', '121', '29.97'])('%j is refused', (text) => {
    expect(taken(readFramesPerSecond(text))).toBe('refused');
  });
});

describe('a bitrate', () => {
  it.each([
    ['2M', 2_000_000],
    ['2m', 2_000_000],
    ['1.5M', 1_500_000],
    ['1500k', 1_500_000],
    ['1500K', 1_500_000],
    ['2000000', 2_000_000],
    ['50k', 50_000],
    ['50M', 50_000_000],
  ])('%j is %d bit/s', (text, bits) => {
    expect(taken(readBitrate(text))).toBe(bits);
  });
  it.each(['2', '49k', '51M', '2G', 'fast', '2 Mbit', '', '-2M', '.5M'])('%j is refused', (text) => {
    expect(taken(readBitrate(text))).toBe('refused');
  });
});

describe('a signaling URL', () => {
  it.each([
    ['ws://1.2.3.4:8080', 'ws://1.2.3.4:8080/'],
    ['wss://cam.example/ws?token=x', 'wss://cam.example/ws?token=x'],
    ['http://1.2.3.4:8080/watch/garden', 'ws://1.2.3.4:8080/watch/garden'],
    ['https://cam.example', 'wss://cam.example/'],
    ['1.2.3.4:8080', 'ws://1.2.3.4:8080/'],
    ['localhost:8080', 'ws://localhost:8080/'],
    ['[2001:db8::1]:8080', 'ws://[2001:db8::1]:8080/'],
    [' ws://1.2.3.4:8080 ', 'ws://1.2.3.4:8080/'],
  ])('%j is %s', (text, url) => {
    expect(taken(readSignalingUrl(text))).toBe(url);
  });
  it.each(['', 'ftp://1.2.3.4', 'ws://', 'ws://1.2.3.4:99999', 'ws://1.2.3.4/#x', 'two words'])(
    '%j is refused',
    (text) => {
      expect(taken(readSignalingUrl(text))).toBe('refused');
    },
  );
  it("that is still the guide's placeholder is refused and called that", () => {
    expect(readSignalingUrl('ws://YOUR_UBUNTU_SERVER_IP:8080')).toMatchObject({
      reason: expect.stringContaining('placeholder'),
    });
  });
});

describe('a stream id', () => {
  it.each(['pi-camera-stream', 'Garten hinten', 'カメラ', '🐦', 'x'.repeat(128)])('%j is taken', (text) => {
    expect(taken(readStreamId(text))).toBe(text);
  });
  it.each(['', ' front', 'front ', 'a\nb', 'x'.repeat(129), '\u202e'])('%j is refused', (text) => {
    expect(taken(readStreamId(text))).toBe('refused');
  });
  it('is refused with words that follow "it"', () => {
    expect(readStreamId('front ')).toEqual({ ok: false, reason: 'starts or ends with a space' });
  });
});

describe('a host', () => {
  it.each([
    ['0.0.0.0', '0.0.0.0'],
    ['::', '::'],
    ['[::1]', '::1'],
    ['localhost', 'localhost'],
    ['fe80::1%eth0', 'fe80::1%eth0'],
  ])('%j is %s', (text, host) => {
    expect(taken(readHost(text))).toBe(host);
  });
  it.each(['', 'http://localhost', 'localhost:8080', 'a b'])('%j is refused', (text) => {
    expect(taken(readHost(text))).toBe('refused');
  });
});

describe('a log level', () => {
  it.each([
    ['debug', 'debug'],
    ['WARN', 'warn'],
    ['silent', 'silent'],
  ])('%j is %s', (text, level) => {
    expect(taken(readLogLevel(text))).toBe(level);
  });
  it('that pino does not know is refused with the ones that it knows', () => {
    expect(readLogLevel('verbose')).toMatchObject({ reason: expect.stringContaining('trace, debug, info') });
  });
});

describe('a credential', () => {
  it.each(['', 'abc123', 'a-b_c.d/e+f='])('%j is taken', (text) => {
    expect(taken(readCredential(text))).toBe(text);
  });
  it.each(['a b', 'a\r\nHost: evil', 'ключ'])('%j is refused', (text) => {
    expect(taken(readCredential(text))).toBe('refused');
  });
});

describe('what is shown of a URL', () => {
  it.each([
    ['ws://pi:secret@1.2.3.4:8080/', 'ws://pi:***@1.2.3.4:8080/'],
    ['wss://cam.example/?a=1&token=secret&b=2', 'wss://cam.example/?a=1&token=***&b=2'],
    ['exec:ffmpeg -i rtsp://admin:secret@10.0.0.2/1 -', 'exec:ffmpeg -i rtsp://admin:***@10.0.0.2/1 -'],
    ['rtsp://admin:p@ss@10.0.0.2/1', 'rtsp://admin:***@10.0.0.2/1'],
    ['rtsp://admin:p/ss@10.0.0.2/1', 'rtsp://admin:***@10.0.0.2/1'],
    ['ws://1.2.3.4:8080/', 'ws://1.2.3.4:8080/'],
  ])('of %s is %s', (text, shown) => {
    expect(hideUrlSecrets(text)).toBe(shown);
  });
});

describe('TURN credentials’ life', () => {
  it.each([
    ['5', 5],
    [' 600 ', 600],
    ['86400', 86_400],
    ['4', 'refused'],
    ['86401', 'refused'],
    ['10m', 'refused'],
  ])('%j is %j', (text, seconds) => {
    expect(taken(readTurnTtl(text))).toBe(seconds);
  });
});

describe('TURN URLs', () => {
  it.each([
    ['', []],
    ['turn:203.0.113.7:3478', ['turn:203.0.113.7:3478']],
    [
      'turn:a.example, turns:a.example:5349?transport=tcp,',
      ['turn:a.example', 'turns:a.example:5349?transport=tcp'],
    ],
  ])('%j are %j', (text, urls) => {
    expect(taken(readTurnUrls(text))).toEqual(urls);
  });
  it.each([
    '203.0.113.7:3478',
    'stun:a.example',
    'turn:a.example turn:b.example',
    'turn:',
    'https://a.example',
  ])('%j is refused', (text) => {
    expect(taken(readTurnUrls(text))).toBe('refused');
  });
});
