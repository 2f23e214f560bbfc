import type { TokenEntry } from '@perch/server';
import { describe, expect, it } from 'vitest';
import { formatToken, formatTokenList } from '../src/commands/format-tokens.ts';
import { qrCode } from '../src/qr-code.ts';
import { formatLastServer, parseLastServer, serverPlace, watchLink } from '../src/server-place.ts';

const place = { origin: 'http://203.0.113.7:8080', hint: undefined };

function entry(claims: Partial<TokenEntry['claims']> = {}, revokedAtMs?: number): TokenEntry {
  const usual = { id: 'x', right: 'view', streamId: 'garden', name: 'Grandma', issuedAt: 1 } as const;
  return { claims: { ...usual, expiresAt: undefined, ...claims }, revokedAtMs };
}

describe('a printed token', () => {
  it('to watch is a link with the token in the fragment, and a QR code in a terminal', () => {
    const link = 'http://203.0.113.7:8080/watch/garden#token=a.b.c';
    const text = formatToken(entry(), 'a.b.c', { place, columns: 80 });
    expect(text).toContain(`  ${link}\n`);
    expect(text).toContain(qrCode(link, 80));
    expect(qrCode(link, 80)).toContain('█');
    expect(formatToken(entry(), 'a.b.c', { place, columns: undefined })).not.toContain('█');
  });

  it('has no QR code where the terminal is too narrow for it', () => {
    expect(qrCode('http://203.0.113.7', 20)).toBe('');
  });

  it('says whether others may be given links with it', () => {
    const title = (mayShare?: true) => formatToken(entry({ mayShare }), 'a.b.c', { place, columns: 80 });
    expect(title()).toMatch(/^"Grandma": watch garden, until it is revoked\n/);
    expect(title(true)).toMatch(/^"Grandma": watch garden, and make links for others, until it is revoked\n/);
  });

  it('to publish is a command with the token in the environment', () => {
    const text = (streamId: string) =>
      formatToken(entry({ right: 'publish', streamId }), 'a.b.c', { place, columns: 80 });
    expect(text('pi-camera-stream')).toContain(
      '  PERCH_TOKEN=a.b.c perch stream --signaling-url ws://203.0.113.7:8080\n',
    );
    expect(text('garden')).toContain('ws://203.0.113.7:8080 --stream-id garden\n');
    expect(text("Oma's")).toContain("--stream-id 'Oma'\\''s'\n");
    expect(text('x')).not.toContain('█');
  });

  it('names a stream in a link as a URL needs it', () => {
    const link = new URL(watchLink('https://cam.example.org', 'Garten/#1 🌻?', 'a.b.c'));
    expect(link.hash).toBe('#token=a.b.c');
    expect(decodeURIComponent(link.pathname)).toBe('/watch/Garten/#1 🌻?');
  });
});

describe('the list of tokens', () => {
  it('has who may do what until when, and what is over or revoked', () => {
    const nowMs = Date.UTC(2026, 10, 22, 12);
    const lines = formatTokenList(
      [
        entry(),
        entry({ name: 'Bob', right: 'publish', expiresAt: nowMs / 1000 + 3600 }),
        entry({ name: 'Old', expiresAt: nowMs / 1000 - 3600 }, nowMs),
      ],
      nowMs,
    ).split('\n');
    expect(lines[0]).toMatch(/^name +right +stream +expires +made by +revoked$/);
    expect(lines[1]).toMatch(/^Grandma +view +garden +never$/);
    expect(lines[2]).toMatch(/^Bob +publish +garden +2026-11-2\d \d\d:00$/);
    expect(lines[3]).toMatch(/^Old +view +garden +2026-11-2\d \d\d:00 \(over\) +2026-11-2\d \d\d:00$/);
  });

  it('says who may share, and who made a link', () => {
    const lines = formatTokenList(
      [
        entry({ id: 'ann', name: 'Ann', mayShare: true }),
        entry({ name: 'link of Ann', sharedBy: 'ann' }),
        entry({ name: 'Bob', sharedBy: 'of a token made elsewhere' }),
      ],
      0,
    ).split('\n');
    expect(lines[1]).toMatch(/^Ann +view, share +garden +never$/);
    expect(lines[2]).toMatch(/^link of Ann +view +garden +never +Ann$/);
    expect(lines[3]).toMatch(/^Bob +view +garden +never +another server$/);
  });

  it('that is empty says what to do', () => {
    expect(formatTokenList([], 0)).toContain('perch token --help');
  });
});

describe('where a server is', () => {
  const last = { host: '0.0.0.0', port: 9000, publicUrl: undefined };

  it('is its public URL, else an address of this machine with a hint to replace it', () => {
    expect(serverPlace({ ...last, publicUrl: 'https://cam.example.org' }, ['10.0.0.2'])).toEqual({
      origin: 'https://cam.example.org',
      hint: undefined,
    });
    expect(serverPlace(last, ['10.0.0.2'])).toEqual({
      origin: 'http://10.0.0.2:9000',
      hint: expect.stringContaining('PERCH_PUBLIC_URL'),
    });
    expect(serverPlace({ ...last, host: '127.0.0.1' }, ['10.0.0.2']).origin).toBe('http://127.0.0.1:9000');
    expect(serverPlace(last, []).origin).toBe('http://localhost:9000');
  });

  it('is remembered from one start to the next, and a broken memory is none', () => {
    expect(parseLastServer(formatLastServer(last))).toEqual(last);
    const withUrl = { ...last, publicUrl: 'https://cam.example.org' };
    expect(parseLastServer(formatLastServer(withUrl))).toEqual(withUrl);
    for (const text of [undefined, '', '{', 'null', '{}', '{"host":5,"port":"x"}'])
      expect(parseLastServer(text)).toBeUndefined();
  });
});
