import { ServerStartError, type ServerStartReason } from '@perch/server';
import { describe, expect, it } from 'vitest';
import { serverFailure } from '../src/commands/start-failures.ts';

describe('a server that does not start', () => {
  it.each<[ServerStartReason, string]>([
    ['port-in-use', 'port 80 is in use; choose another with --port or PORT (or stop what uses it)'],
    [
      'port-forbidden',
      'port 80 needs rights that this user lacks; choose one above 1023 with --port or PORT',
    ],
    [
      'host-unknown',
      '10.9.8.7 is not an address of this machine; choose another with --host or HOST, such as 0.0.0.0',
    ],
    ['site-missing', 'the pages are not built; run "npm run build" first'],
    ['failed', 'the server did not start: first line'],
  ])('because of %s ends with 1 and one line that names the fix', (reason, message) => {
    const cause = new ServerStartError(reason, 'first line\nsecond line');
    const failure = serverFailure(cause, { port: 80, host: '10.9.8.7' });
    expect(failure).toMatchObject({ message, exitCode: 1, cause });
  });
});
