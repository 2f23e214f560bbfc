import { describe, expect, it } from 'vitest';
import { formatDevices } from '../src/commands/format-devices.ts';
import {
  readCameraWord,
  readEncoder,
  readOnOff,
  readRotation,
  readSource,
  readWords,
} from '../src/settings/read-camera.ts';
import type { Read } from '../src/settings/setting.ts';

function taken<T>(read: Read<T>): T | 'refused' {
  return read.ok ? read.value : 'refused';
}

describe('a source', () => {
  it.each([
    'auto',
    'rpicam',
    'test',
    'test:grain',
    'exec:cat x.h264',
    'file:/tmp/a b.mp4',
    'v4l2:/dev/video0',
    'rtsp://user:p@ss@10.0.0.2:554/1?a=b',
    'rtsps://camera.lan/',
  ])('%j is taken', (text) => {
    expect(taken(readSource(text))).toBe(text);
  });
  it.each([
    '',
    'camera',
    'exec:',
    'file: ',
    'TEST:',
    'v4l2:',
    'v4l2:video0',
    'rtsp:',
    'rtsp:///x',
    'http://x/',
  ])('%j is refused', (text) => {
    expect(taken(readSource(text))).toBe('refused');
  });
});

describe('an encoder', () => {
  it.each(['auto', 'copy', 'rpicam', 'v4l2m2m', 'x264'])('%j is taken', (text) => {
    expect(taken(readEncoder(text.toUpperCase()))).toBe(text);
  });
  it('that Perch does not know is refused with those that it knows', () => {
    expect(readEncoder('nvenc')).toMatchObject({
      reason: 'must be one of auto, copy, rpicam, v4l2m2m, x264',
    });
  });
});

describe('a rotation', () => {
  it.each([
    ['0', 0],
    ['180', 180],
  ])('%s is taken', (text, value) => {
    expect(taken(readRotation(text))).toBe(value);
  });
  it.each(['90', '270', '-180', 'left', ''])('%j is refused, with what can be', (text) => {
    expect(readRotation(text)).toMatchObject({ reason: expect.stringContaining('0 or 180') });
  });
});

describe('a switch', () => {
  it.each([
    ['true', true],
    ['1', true],
    ['Yes', true],
    ['off', false],
    ['false', false],
  ])('%s is %s', (text, value) => {
    expect(taken(readOnOff(text))).toBe(value);
  });
  it('that is neither on nor off is refused', () => {
    expect(taken(readOnOff('maybe'))).toBe('refused');
  });
});

describe('a mode of the camera', () => {
  it.each([
    ['continuous', 'continuous'],
    [' auto ', 'auto'],
    ['', undefined],
  ])('%j is %j', (text, value) => {
    expect(taken(readCameraWord(text))).toBe(value);
  });
  it.each(['two words', '--help', '-o'])('%j is refused: it would be another argument', (text) => {
    expect(taken(readCameraWord(text))).toBe('refused');
  });
});

describe('arguments', () => {
  it.each([
    ['', []],
    ['--sharpness 2', ['--sharpness', '2']],
    ['  --a\t"b c" \'d "e"\' f\\ g ', ['--a', 'b c', 'd "e"', 'f g']],
    ['"say \\"hi\\" \\n"', ['say "hi" \\n']],
    ["--x='a b'c", ['--x=a bc']],
    ['$(reboot) `x` ; | > *', ['$(reboot)', '`x`', ';', '|', '>', '*']],
    ["''", ['']],
  ])('%j are %j', (text, words) => {
    expect(taken(readWords(text))).toEqual(words);
  });
  it.each(['"open', "it's", 'end\\'])('%j are refused', (text) => {
    expect(taken(readWords(text))).toBe('refused');
  });
});

describe('the list of devices', () => {
  const encoders = [{ name: 'x264', about: 'the processor' }];
  it('has a line for each, by the name to give', () => {
    const cameras = [
      { name: 'rpicam', about: 'imx708' },
      { name: 'v4l2:/dev/video0', about: 'HD Webcam' },
    ];
    expect(formatDevices({ cameras, missing: undefined, encoders })).toBe(
      `Cameras, as --source names them:
  rpicam            imx708
  v4l2:/dev/video0  HD Webcam

Encoders, as --encoder names them:
  x264  the processor
`,
    );
  });
  it('says what was looked for where there is none', () => {
    expect(formatDevices({ cameras: [], missing: 'rpicam-vid is not on PATH', encoders })).toContain(
      '(none)  rpicam-vid is not on PATH',
    );
  });
});
