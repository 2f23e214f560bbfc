import { describe, expect, it } from 'vitest';
import { decideSettings, isExposed, type Sources } from '../src/settings/decide-settings.ts';
import { doctorSettings } from '../src/settings/doctor-settings.ts';
import { formatConfig } from '../src/settings/print-config.ts';
import type { CommandSettings } from '../src/settings/setting.ts';
import { demoSettings, serveSettings, streamSettings } from '../src/settings/tables.ts';

function sources(given: Partial<Sources>): Sources {
  return { flags: {}, environment: {}, dotEnv: {}, ...given };
}

function decided<S extends CommandSettings>(table: S, given: Partial<Sources>) {
  const result = decideSettings(table, sources(given));
  if (!result.ok) throw new Error(result.problems.join('; '));
  return result;
}

function problemsOf(table: CommandSettings, given: Partial<Sources>): readonly string[] {
  const result = decideSettings(table, sources(given));
  return result.ok ? [] : result.problems;
}

describe('settings', () => {
  it('are the defaults where nobody says anything', () => {
    expect(decided(streamSettings, {}).values).toEqual({
      autofocusMode: undefined,
      awb: undefined,
      encoder: 'auto',
      exposure: undefined,
      hflip: false,
      list: false,
      rotation: 0,
      rpicamArgs: [],
      vflip: false,
      signalingUrl: 'ws://localhost:8080/',
      streamId: 'pi-camera-stream',
      width: 1280,
      height: 720,
      fps: 30,
      bitrate: 2_000_000,
      source: 'auto',
      maxViewers: 20,
      playoutDelay: 0,
      stats: false,
      token: '',
      logLevel: 'info',
    });
    expect(decided(serveSettings, {}).values).toMatchObject({ port: 8080, host: '0.0.0.0', open: false });
    expect(decided(demoSettings, {}).values).toMatchObject({ port: 8080, logLevel: 'warn' });
  });

  it('come from the flag before the environment before .env before the default', () => {
    const all = { flags: { fps: '1' }, environment: { CAMERA_FPS: '2' }, dotEnv: { CAMERA_FPS: '3' } };
    const fps = (given: Partial<Sources>) => {
      const { values, decisions } = decided(streamSettings, given);
      return [values.fps, decisions.find((it) => it.name === 'fps')?.origin];
    };
    expect(fps(all)).toEqual([1, 'flag']);
    expect(fps({ ...all, flags: {} })).toEqual([2, 'environment']);
    expect(fps({ dotEnv: all.dotEnv })).toEqual([3, '.env']);
    expect(fps({})).toEqual([30, 'default']);
  });

  it('that are empty in an environment are not set there', () => {
    const given = { environment: { PORT: '' }, dotEnv: { PORT: '9000' } };
    expect(decided(serveSettings, given).values.port).toBe(9000);
  });

  it('that are empty on the command line are a mistake', () => {
    expect(problemsOf(serveSettings, { flags: { port: '' } })).toHaveLength(1);
  });

  it('keep every environment name that owners already use', () => {
    const names = [serveSettings, streamSettings].flatMap((table) =>
      Object.values(table).map((it) => it.env),
    );
    expect(names).toEqual(
      expect.arrayContaining([
        'PORT',
        'CLOUDFLARE_TURN_ID',
        'CLOUDFLARE_TURN_TOKEN',
        'TURN_SECRET',
        'TURN_URLS',
        'TURN_USERNAME',
        'TURN_PASSWORD',
        'TURN_TTL',
        'SIGNALING_SERVER',
        'STREAM_ID',
        'CAMERA_WIDTH',
        'CAMERA_HEIGHT',
        'CAMERA_FPS',
      ]),
    );
  });

  it('that are secret have no flag, which would show in the process list', () => {
    const secrets = [serveSettings, streamSettings, demoSettings].flatMap((table) =>
      Object.values<CommandSettings[string]>(table).filter((it) => it.secret),
    );
    expect(secrets.map((it) => it.env)).toEqual([
      'CLOUDFLARE_TURN_TOKEN',
      'TURN_SECRET',
      'TURN_PASSWORD',
      'METRICS_TOKEN',
      'PERCH_TOKEN',
    ]);
    expect(secrets.filter((it) => it.flag !== undefined)).toEqual([]);
  });
});

describe('a bad value', () => {
  it('is refused with who gave it, what it is and what it must be', () => {
    expect(problemsOf(streamSettings, { dotEnv: { CAMERA_FPS: 'abc' } })).toEqual([
      "CAMERA_FPS in .env is 'abc': it must be a whole number from 1 to 120",
    ]);
    expect(problemsOf(streamSettings, { environment: { CAMERA_WIDTH: '5' } })).toEqual([
      "CAMERA_WIDTH in the environment is '5': it must be a whole number from 64 to 4096",
    ]);
    expect(problemsOf(serveSettings, { flags: { port: 'x' } })).toEqual([
      "--port is 'x': it must be a whole number from 0 to 65535",
    ]);
  });

  it('does not hide another bad value', () => {
    const given = { flags: { width: '1' }, environment: { CAMERA_FPS: '0' } };
    expect(problemsOf(streamSettings, given)).toHaveLength(2);
  });

  it('that nobody uses, because a flag wins, is not refused', () => {
    expect(problemsOf(streamSettings, { flags: { fps: '5' }, dotEnv: { CAMERA_FPS: 'abc' } })).toEqual([]);
  });

  it('that is secret is not repeated', () => {
    const [problem] = problemsOf(serveSettings, { environment: { CLOUDFLARE_TURN_TOKEN: 'hush hush' } });
    expect(problem).toContain('CLOUDFLARE_TURN_TOKEN in the environment');
    expect(problem).not.toContain('hush');
  });

  it('can put no control characters into a terminal', () => {
    const [problem] = problemsOf(streamSettings, { environment: { CAMERA_FPS: '\u001b[2J3\u202e' } });
    expect(problem).toContain("'\u{fffd}[2J3\u{fffd}'");
  });
});

describe('--print-config', () => {
  it('shows each setting with its value and where it came from', () => {
    const { decisions } = decided(streamSettings, {
      flags: { fps: '25', signalingUrl: '203.0.113.7:8080' },
      environment: { CAMERA_WIDTH: '640' },
      dotEnv: { STREAM_ID: 'garden' },
    });
    const rows = formatConfig(decisions)
      .split('\n')
      .map((row) => row.split(/ {2,}/));
    expect(rows).toEqual(
      expect.arrayContaining([
        ['setting', 'value', 'from'],
        ['fps', '25', 'flag --fps'],
        ['signaling-url', 'ws://203.0.113.7:8080/', 'flag --signaling-url'],
        ['width', '640', 'environment CAMERA_WIDTH'],
        ['stream-id', 'garden', '.env STREAM_ID'],
        ['height', '720', 'default'],
      ]),
    );
  });

  it('masks secrets, and what is not set it calls that', () => {
    const given = { dotEnv: { CLOUDFLARE_TURN_TOKEN: 'very-secret' } };
    const table = formatConfig(decided(serveSettings, given).decisions);
    expect(table).not.toContain('very-secret');
    expect(table).toMatch(/CLOUDFLARE_TURN_TOKEN +hidden \(11 characters\) +\.env CLOUDFLARE_TURN_TOKEN/);
    expect(table).toMatch(/CLOUDFLARE_TURN_ID +\(not set\) +default/);
  });

  it('knows a flag that has a secret in it, which the process list shows', () => {
    const exposed = (table: CommandSettings, given: Partial<Sources>) =>
      decided(table, given)
        .decisions.filter(isExposed)
        .map(({ name }) => name);
    const link = 'http://203.0.113.7:8080/watch/garden#token=a.b.c';
    expect(exposed(doctorSettings, { flags: { server: link } })).toEqual(['server']);
    expect(exposed(doctorSettings, { flags: { server: 'ws://203.0.113.7:8080' } })).toEqual([]);
    expect(exposed(doctorSettings, { environment: { SIGNALING_SERVER: link } })).toEqual([]);
    expect(exposed(streamSettings, { flags: { source: 'rtsp://pi:hush@cam.example' } })).toEqual(['source']);
  });

  it('masks passwords and tokens inside a URL', () => {
    const given = { flags: { signalingUrl: 'wss://pi:hush@cam.example/?token=hush' } };
    expect(formatConfig(decided(streamSettings, given).decisions)).not.toContain('hush');
  });
});
