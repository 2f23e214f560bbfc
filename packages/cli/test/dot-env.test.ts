import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseDotEnv, readDotEnv } from '../src/settings/dot-env.ts';

describe('the text of a .env file', () => {
  it('may export, quote, comment and span lines', () => {
    const text = `# the Pi
export SIGNALING_SERVER="ws://203.0.113.7:8080"
STREAM_ID='pi-camera-stream'
CAMERA_FPS=25 # slow network

NOTE="two
lines"
EMPTY=
`;
    expect(parseDotEnv(text)).toEqual({
      values: {
        SIGNALING_SERVER: 'ws://203.0.113.7:8080',
        STREAM_ID: 'pi-camera-stream',
        CAMERA_FPS: '25',
        NOTE: 'two\nlines',
        EMPTY: '',
      },
      warnings: [],
    });
  });

  it("may begin with a byte order mark and end its lines as Windows' editors do", () => {
    expect(parseDotEnv('\uFEFFPORT=9000\r\nHOST=::\r\n')).toEqual({
      values: { PORT: '9000', HOST: '::' },
      warnings: [],
    });
  });

  it('loses a line without "=" with a warning that does not repeat it, and no other line', () => {
    expect(parseDotEnv('PORT=1\nsecret words\nHOST=::\n')).toEqual({
      values: { PORT: '1', HOST: '::' },
      warnings: ['.env line 2 is not NAME=value and was left out'],
    });
  });

  it('loses a line whose quote is never closed, with a warning, and no other line', () => {
    expect(parseDotEnv('PORT="9000\nHOST=::\n')).toEqual({
      values: { HOST: '::' },
      warnings: ['.env line 1 opens a quote that is never closed and was left out'],
    });
  });
});

describe('the .env file', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'perch-dot-env-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('may be missing', () => {
    expect(readDotEnv(join(folder, '.env'))).toEqual({ values: {}, warnings: [], readableByOthers: false });
  });

  it('that can not be read is one warning', () => {
    mkdirSync(join(folder, '.env'));
    expect(readDotEnv(join(folder, '.env'))).toEqual({
      values: {},
      warnings: [".env can't be read (EISDIR) and was left out"],
      readableByOthers: false,
    });
  });

  it.each([
    [0o600, false],
    [0o640, true],
    [0o604, true],
  ])('with mode %o is readable by others: %s', (mode, readableByOthers) => {
    const path = join(folder, '.env');
    writeFileSync(path, 'PORT=1\n');
    chmodSync(path, mode);
    expect(readDotEnv(path)).toMatchObject({ values: { PORT: '1' }, readableByOthers });
  });
});
