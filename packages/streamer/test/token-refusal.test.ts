import { describe, expect, it } from 'vitest';
import { judgeTokenRefusal } from '../src/domain/token-refusal.ts';
import { Station } from './support/station.ts';

const CODES = ['token-missing', 'token-invalid', 'token-expired', 'token-revoked', 'forbidden'] as const;

describe('a token that the server refuses', () => {
  it.each(CODES)('the first time is the end: %s', (code) => {
    expect(judgeTokenRefusal(code, { streamId: 'garden', wasGood: false })).toEqual({
      final: true,
      reason: expect.stringMatching(/perch token --publish garden.*PERCH_TOKEN/),
    });
  });

  it('after it was good is the end where the owner ended it, and otherwise the server may know it again', () => {
    const final = CODES.filter(
      (code) => judgeTokenRefusal(code, { streamId: 'garden', wasGood: true })?.final,
    );
    expect(final).toEqual(['token-expired', 'token-revoked']);
  });

  it('is not what other errors are about', () => {
    expect(judgeTokenRefusal('rate-limited', { streamId: 'garden', wasGood: false })).toBeUndefined();
  });

  it('while it streams ends the streamer with a reason for people, without the token', () => {
    const station = new Station([], 'a.b.c');
    station.receive({ type: 'error', code: 'token-revoked', message: 'x' });
    expect(station.failures).toMatchObject([{ name: 'StreamerError', reason: 'no-right' }]);
    expect(station.failures[0]?.message).not.toContain('a.b.c');
  });

  it('only since the server came back is an error in the log, and tried again with the next connection', () => {
    const station = new Station([], 'a.b.c');
    station.broadcaster.handleLinkDown();
    station.linkUp();
    station.receive({ type: 'error', code: 'token-invalid', message: 'x' });
    expect(station.failures).toEqual([]);
    expect(station.memory.lines.filter(({ level }) => level === 50)).toHaveLength(1);
    station.broadcaster.handleLinkDown();
    station.linkUp();
    expect(station.link.sent).toEqual([{ type: 'register', stream_id: 'garden', token: 'a.b.c' }]);
  });
});
