/** What comes from outside, made wrong in thousands of ways. For longer: npm run fuzz. */
import { expect, test } from 'vitest';
import { CLI_DECODERS } from '../../../fuzz/decoders/cli.ts';
import { decodersOf, fuzzForAWhile } from '../../../fuzz/in-test-run.ts';

const SEED = 20_260_703;

test.each(decodersOf(CLI_DECODERS))(
  '$name holds for 12,000 inputs, and work grows no faster than they do',
  (decoder) => {
    const { finding, ways } = fuzzForAWhile(decoder, SEED);
    expect(finding).toBeUndefined();
    expect(ways).toBeGreaterThan(1);
  },
);
