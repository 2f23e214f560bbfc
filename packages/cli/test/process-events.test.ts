import { pino } from 'pino';
import { expect, it } from 'vitest';
import { logFatal } from '../src/process-events.ts';

it('an error that nobody caught says where it comes from, at the usual level and without a token', () => {
  const lines: string[] = [];
  const log = pino({ level: 'info' }, { write: (line) => void lines.push(line) });
  logFatal(log, new Error('broken by eyJhbGci.eyJzdWIi.c2lnbmVk\n    at a second line'));
  expect(lines).toHaveLength(1);
  expect(lines[0]).not.toContain('eyJ');
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    level: 60,
    msg: 'unexpected error, ending: broken by ***',
    stack: expect.stringContaining('process-events.test.ts'),
  });
  logFatal(log, 'no error at all');
  expect(JSON.parse(lines[1] ?? '')).toMatchObject({ msg: 'unexpected error, ending: no error at all' });
});
