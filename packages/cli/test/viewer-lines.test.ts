import { expect, test } from 'vitest';
import { ViewerLines } from '../src/commands/viewer-lines.ts';

const report = {
  viewer: 'viewer-0123abcd',
  sentBytes: 1_000_000,
  carriesBitsPerSecond: 2_400_000,
  lossShare: 0.0123,
  roundTripMs: 24.4,
  layer: 'main',
  route: 'direct',
} as const;

test('a line tells rate, what the path carries, loss, round trip, layer and route', () => {
  const lines = new ViewerLines();
  lines.format([report], 1_000);
  expect(lines.format([{ ...report, sentBytes: 1_500_000 }], 3_000)).toBe(
    'viewer-0123abcd    2000 of  2400 kbit/s  lost  1.2 %  round trip  24 ms  main   direct\n',
  );
});

test('what is not known yet is a dash, and nobody is nothing', () => {
  const lines = new ViewerLines();
  expect(lines.format([], 0)).toBe('');
  const fresh = { ...report, roundTripMs: undefined, layer: undefined, route: undefined };
  expect(lines.format([fresh], 2_000)).toBe(
    'viewer-0123abcd       - of  2400 kbit/s  lost  1.2 %  round trip   - ms  waits  no route\n',
  );
});
