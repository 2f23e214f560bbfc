import { describe, expect, it } from 'vitest';
import { CommandFailure } from '../src/command-failure.ts';
import type { AnyCommand } from '../src/commands/command.ts';
import { demo } from '../src/commands/demo.ts';
import { doctor } from '../src/commands/doctor.ts';
import { serve } from '../src/commands/serve.ts';
import { stream } from '../src/commands/stream.ts';
import { token } from '../src/commands/token.ts';
import { parseCommandLine } from '../src/program.ts';
import type { CommandSettings } from '../src/settings/setting.ts';

const commands: readonly AnyCommand[] = [demo, serve, stream, token, doctor];

function parse(...args: string[]) {
  let written = '';
  const output = {
    out: (text: string) => {
      written += text;
    },
    err: () => {},
    terminal: false,
    columns: 80,
  };
  try {
    const invocation = parseCommandLine(['node', 'perch', ...args], commands, { version: '1.2.3', output });
    return { invocation, written, failure: undefined };
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    return { invocation: undefined, written, failure: { message: error.message, exitCode: error.exitCode } };
  }
}

describe('the command line', () => {
  it("takes the old streamer's flags, with a space or with =", () => {
    const old = [
      '--signaling-url',
      'ws://h:1',
      '--stream-id',
      'x',
      '--width',
      '640',
      '--height=480',
      '--fps=25',
    ];
    expect(parse('stream', ...old).invocation).toMatchObject({
      command: { name: 'stream' },
      flags: { signalingUrl: 'ws://h:1', streamId: 'x', width: '640', height: '480', fps: '25' },
      printConfig: false,
    });
  });

  it('names a setting in the program like its flag', () => {
    for (const { settings, name } of commands) {
      for (const [key, { flag, placeholder }] of Object.entries(settings)) {
        if (flag === undefined) continue;
        const args = placeholder === undefined ? [flag] : [flag, 'value'];
        expect(Object.keys(parse(name, ...args).invocation?.flags ?? {})).toEqual([key]);
      }
    }
  });

  it('accepts --open and --print-config without a value', () => {
    expect(parse('serve', '--open', '--print-config').invocation).toMatchObject({
      flags: { open: 'true' },
      printConfig: true,
    });
  });

  it('without a command is wrong usage', () => {
    expect(parse().failure).toEqual({
      message: 'which command? demo, serve, stream, token or doctor',
      exitCode: 2,
    });
  });

  it.each([
    [['sreve'], "unknown command 'sreve'; did you mean serve?"],
    [['serve', '--prot', '1'], "unknown option '--prot'; did you mean --port?"],
    [['serve', '--port'], "option '--port <number>' argument missing"],
    [['serve', 'extra'], "too many arguments for 'serve'. Expected 0 arguments but got 1."],
    [['--nothing-like-it'], "unknown option '--nothing-like-it'"],
  ])('%j is wrong usage, in one line', (args, message) => {
    expect(parse(...args).failure).toEqual({ message, exitCode: 2 });
  });

  it('writes the version', () => {
    expect(parse('--version')).toEqual({ invocation: undefined, written: '1.2.3\n', failure: undefined });
  });
});

describe('help', () => {
  it.each(commands.map((it) => [it.name, it.settings] as const))(
    'of %s names every flag, environment name and default',
    (name, settings: CommandSettings) => {
      const help = parse(name, '--help').written.replace(/\s+/g, ' ');
      for (const { flag, env, fallback, placeholder } of Object.values(settings)) {
        if (flag !== undefined) expect(help).toContain(flag);
        if (env !== undefined) expect(help).toContain(env);
        if (placeholder !== undefined) expect(help).toContain(`default ${fallback || 'none'})`);
      }
    },
  );

  it.each(commands.map((it) => it.name))('of %s has examples and the exit codes', (name) => {
    const help = parse(name, '--help').written;
    expect(help).toContain(`\n  perch ${name}`);
    expect(help).toContain('Exit codes: 0 ended as asked, 1 failed, 2 wrong usage or configuration.');
  });

  it.each([[''], ...commands.map((it) => [it.name])])('of perch %s fits into 80 columns', (name) => {
    const help = parse(...(name === '' ? [] : [name]), '--help').written;
    expect(help.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  it('of stream lists every kind of source', () => {
    const help = parse('stream', '--help').written;
    for (const kind of ['auto', 'rpicam', 'v4l2:', 'rtsp:', 'test', 'exec:COMMAND', 'file:PATH'])
      expect(help).toContain(kind);
  });

  it('of serve says why the TURN token has no flag', () => {
    expect(parse('serve', '--help').written).toContain('a flag would show in the process list');
  });
});
