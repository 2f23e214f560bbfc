/** Random lives of a server and of many sockets, beside a model that knows nothing but the rules. */
import { ERROR_CODES } from '@perch/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { life } from './support/model-steps.ts';
import { live } from './support/model-world.ts';
import { PLANTED_FAULTS } from './support/planted-faults.ts';

const OPERATIONS = 100_000;
const LIVES_A_ROUND = 100;

/** Another run: PERCH_MODEL_SEED=42 npx vitest run --project unit rooms.model */
const SEED = Number(process.env['PERCH_MODEL_SEED'] ?? 20_260_703);

/** Each of these is heard in every run. */
const COMMON = [
  'registered',
  'joined',
  'joined resumed',
  'viewer-joined',
  'viewer-joined resumed',
  'viewer-joined replaces',
  'viewer-left',
  'viewer-left gone',
  'broadcaster-joined',
  'broadcaster-left',
  ...['offer', 'answer', 'ice-candidate', 'stream-state', 'error too-many-viewers', 'pong'],
  ...['stream-not-available', 'replaced', 'unknown-peer', 'wrong-role', 'bad-json', 'bad-message'],
  ...['token-missing', 'token-invalid', 'token-expired', 'token-revoked', 'forbidden', 'rate-limited'],
  ...['too-many-connections', 'too-many-streams', 'idle'],
].map((kind) => (ERROR_CODES.some((code) => code === kind) ? `error ${kind}` : kind));

test("[JOIN5] [RELAY1] [AUTH5] [RESUME1] in 100,000 operations all that is heard is the model's", () => {
  const heard = new Map<string, number>();
  let operations = 0;
  for (let seed = SEED; operations < OPERATIONS; seed++) {
    let done = 0;
    const property = fc.property(life, (it) => {
      live(it, {}, heard);
      done += it.steps.length;
    });
    fc.assert(property, { seed, numRuns: LIVES_A_ROUND });
    operations += done;
  }
  // A life in which this did not happen would prove nothing about it.
  expect(COMMON.filter((kind) => (heard.get(kind) ?? 0) < 20)).toEqual([]);
}, 60_000);

test.each(Object.entries(PLANTED_FAULTS))('the model finds a planted fault: %s', (_, parts) => {
  const property = fc.property(life, (it) => {
    live(it, parts);
  });
  const found = fc.check(property, { seed: SEED, numRuns: LIVES_A_ROUND, endOnFailure: true });
  expect(found.failed).toBe(true);
  expect(String(found.errorInstance)).toContain('where the model has');
});
