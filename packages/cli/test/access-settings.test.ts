import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideSettings } from '../src/settings/decide-settings.ts';
import { formatConfig } from '../src/settings/print-config.ts';
import {
  readLifetime,
  readPublicUrl,
  readStreamIdOrNone,
  readTokenName,
} from '../src/settings/read-access.ts';
import { defaultStateDirectory } from '../src/settings/state-directory.ts';
import { serveSettings, streamSettings } from '../src/settings/tables.ts';

describe('the state folder', () => {
  const person = { uid: 1000, home: '/home/ada' };
  const root = { uid: 0, home: '/root' };

  it.each([
    [{}, root, '/var/lib/perch'],
    [{}, person, '/home/ada/.local/state/perch'],
    [{}, { uid: undefined, home: '/home/ada' }, '/home/ada/.local/state/perch'],
    [{ XDG_STATE_HOME: '/home/ada/state' }, person, '/home/ada/state/perch'],
    [{ XDG_STATE_HOME: 'relative' }, person, '/home/ada/.local/state/perch'],
    [{ STATE_DIRECTORY: '/var/lib/perch' }, person, '/var/lib/perch'],
    [{ STATE_DIRECTORY: '/var/lib/perch:/var/lib/two' }, person, '/var/lib/perch'],
    [{ STATE_DIRECTORY: '' }, root, '/var/lib/perch'],
  ])('for %j and %j is %s', (environment, machine, expected) => {
    expect(defaultStateDirectory(environment, machine)).toBe(expected);
  });

  it('that nobody chose is shown as it was found', () => {
    const sources = { flags: {}, environment: { STATE_DIRECTORY: '/srv/state' }, dotEnv: {} };
    const decided = decideSettings(serveSettings, sources);
    expect(decided.ok && formatConfig(decided.decisions)).toMatch(/^state-dir +\/srv\/state +default$/m);
  });
});

describe('how long a token is good', () => {
  it.each([
    ['30m', 1_800_000],
    ['24h', 86_400_000],
    ['7d', 604_800_000],
    ['4w', 2_419_200_000],
    [' 1 H ', 3_600_000],
    ['', undefined],
  ])('%j is %j ms', (text, value) => {
    expect(readLifetime(text)).toEqual({ ok: true, value });
  });

  it.each(['0h', '24', 'h', '-1h', '1.5h', '1y', '90s', '4000d', '24 hours'])('is not %j', (text) => {
    expect(readLifetime(text)).toMatchObject({ ok: false, reason: expect.stringContaining('24h') });
  });
});

describe("a token's name", () => {
  it('is any text that a list can show', () => {
    expect(readTokenName(' Grandma 👵 ')).toEqual({ ok: true, value: 'Grandma 👵' });
    expect(readTokenName('')).toEqual({ ok: true, value: undefined });
    for (const name of ['a\nb', '\u001b[31m', '\u202e', 'x'.repeat(65)])
      expect(readTokenName(name).ok).toBe(false);
  });

  it('is for a stream that the server would take', () => {
    expect(readStreamIdOrNone('')).toEqual({ ok: true, value: undefined });
    expect(readStreamIdOrNone('garden')).toEqual({ ok: true, value: 'garden' });
    expect(readStreamIdOrNone(' garden').ok).toBe(false);
  });
});

describe('the public URL', () => {
  it.each([
    ['http://203.0.113.7:8080', 'http://203.0.113.7:8080'],
    ['https://cam.example.org/', 'https://cam.example.org'],
    ['http://[2001:db8::1]:8080', 'http://[2001:db8::1]:8080'],
    ['', undefined],
  ])('%j is %j', (text, value) => {
    expect(readPublicUrl(text)).toEqual({ ok: true, value });
  });

  it.each(['203.0.113.7:8080', 'ws://h', 'https://h/perch', 'https://h/?a', 'https://h/#a', 'https://u:p@h'])(
    'is not %j',
    (text) => {
      expect(readPublicUrl(text)).toMatchObject({ ok: false });
    },
  );

  it('never makes the check throw', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => readPublicUrl(text) !== undefined));
  });
});

it("the streamer's token is never shown, not even when it is wrong", () => {
  const { flag, secret } = streamSettings.token as { flag?: string; secret?: boolean };
  expect([flag, secret]).toEqual([undefined, true]);
  for (const token of ['hush.hush.hush', 'hush hush']) {
    const sources = { flags: {}, environment: { PERCH_TOKEN: token }, dotEnv: {} };
    const decided = decideSettings(streamSettings, sources);
    const text = decided.ok ? formatConfig(decided.decisions) : decided.problems.join();
    expect(text).toContain('PERCH_TOKEN');
    expect(text).not.toContain('hush');
  }
});
