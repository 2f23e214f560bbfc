import { createHmac, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeServerMessage } from '@perch/protocol';
import fc from 'fast-check';
import jwt from 'jsonwebtoken';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createClosedAuthority,
  openAuthority,
  openTokenStore,
} from '../../src/adapters/access/authorities.ts';
import { JwtTokens } from '../../src/adapters/access/jwt-tokens.ts';
import type { TokenRequest } from '../../src/adapters/access/token-store.ts';
import { refuseToken } from '../../src/domain/access/authority.ts';
import { ClosedAuthority, REVOCATION_CHECK_MS } from '../../src/domain/access/closed-authority.ts';
import { ManualScheduler } from '../support/manual-scheduler.ts';

const HOUR_MS = 60 * 60 * 1000;

let directory = '';

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'perch-access-'));
});

afterEach(() => rmSync(directory, { recursive: true }));

function closed() {
  const scheduler = new ManualScheduler();
  const store = openTokenStore(join(directory, 'state'), scheduler);
  const authority = createClosedAuthority(store, scheduler);
  const issue = (request: Partial<TokenRequest> = {}) => {
    const issued = store.issue({ right: 'view', streamId: 'garden', ...request });
    if (!issued.ok) throw new Error(issued.reason);
    return issued;
  };
  return { scheduler, store, authority, issue };
}

/** A token with any header and claims, signed with any key. */
function forge(header: object, payload: object, key: string | Uint8Array): string {
  const encode = (it: object) => Buffer.from(JSON.stringify(it)).toString('base64url');
  const signed = `${encode(header)}.${encode(payload)}`;
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`;
}

describe('a closed authority', () => {
  it('grants what a token says, for as long as it says', () => {
    const { scheduler, authority, issue } = closed();
    const { token, entry } = issue({ lifetimeMs: HOUR_MS });
    expect(authority.check(token, 'view', 'garden')).toEqual({
      ok: true,
      value: {
        right: 'view',
        streamId: 'garden',
        tokenId: entry.claims.id,
        sharedBy: undefined,
        mayShare: false,
        expiresAtMs: scheduler.now() + HOUR_MS,
      },
    });
    scheduler.advance(HOUR_MS - 1000);
    expect(authority.check(token, 'view', 'garden').ok).toBe(true);
    scheduler.advance(1000);
    expect(authority.check(token, 'view', 'garden')).toMatchObject({ code: 'token-expired' });
  });

  it('refuses whoever has no token', () => {
    const { authority } = closed();
    for (const none of [undefined, ''])
      expect(authority.check(none, 'view', 'garden')).toMatchObject({ code: 'token-missing' });
  });

  it('does not take a good token for another stream, or one right for the other', () => {
    const { authority, issue } = closed();
    const view = issue().token;
    const publish = issue({ right: 'publish' }).token;
    expect(authority.check(view, 'view', 'gardem')).toMatchObject({ code: 'forbidden' });
    expect(authority.check(view, 'publish', 'garden')).toMatchObject({ code: 'forbidden' });
    expect(authority.check(publish, 'view', 'garden')).toMatchObject({ code: 'forbidden' });
    expect(authority.check(publish, 'publish', 'garden')).toMatchObject({ ok: true });
  });

  it('takes a token of the same secret that its folder does not list', () => {
    const { authority, store, issue } = closed();
    const { claims } = issue().entry;
    const elsewhere = store.tokens.sign({ ...claims, id: 'made-on-another-server' });
    expect(authority.check(elsewhere, 'view', 'garden')).toMatchObject({ ok: true });
  });

  it('takes only HS256 with its own secret, whatever the header says', () => {
    const { authority } = closed();
    const payload = { aud: 'perch', right: 'view', sub: 'garden', jti: 'x', iat: 1_600_000_000 };
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const forged = [
      forge({ alg: 'HS256', typ: 'JWT' }, payload, 'another secret'),
      forge({ alg: 'none', typ: 'JWT' }, payload, ''),
      forge({ alg: 'none', typ: 'JWT' }, payload, '').replace(/[^.]*$/, ''),
      jwt.sign(payload, privateKey, { algorithm: 'RS256' }),
      // Its time is over too, but what is not ours tells nobody so.
      forge({ alg: 'HS256', typ: 'JWT' }, { ...payload, exp: 1_600_000_001 }, 'another secret'),
    ];
    for (const token of forged)
      expect(authority.check(token, 'view', 'garden')).toMatchObject({ code: 'token-invalid' });
  });

  it('refuses what its secret signed but is no token for streams', () => {
    const { authority, store } = closed();
    const secret = Buffer.from(store.folder.read('secret') ?? '', 'base64url');
    const good = { aud: 'perch', right: 'view', sub: 'garden', jti: 'x', iat: 1_600_000_000 };
    const header = { alg: 'HS256', typ: 'JWT' };
    expect(authority.check(forge(header, good, secret), 'view', 'garden')).toMatchObject({ ok: true });
    const wrong = [
      { ...good, aud: 'other' },
      { ...good, aud: undefined },
      { ...good, right: 'admin' },
      { ...good, sub: 5 },
      { ...good, jti: undefined },
      { ...good, exp: 'never' },
      { ...good, share: 1 },
      { ...good, by: '' },
      { ...good, nbf: 4_000_000_000 },
    ].map((payload) => forge(header, payload, secret));
    const hs512 = jwt.sign(good, secret, { algorithm: 'HS512' });
    const resume = authority.signResume('viewer-a', 'garden');
    for (const token of [...wrong, hs512, resume])
      expect(authority.check(token, 'view', 'garden')).toMatchObject({ code: 'token-invalid' });
  });

  it('is never made to throw, or to repeat what it was given', () => {
    const { authority, issue } = closed();
    const { token } = issue();
    const parts = token.split('.');
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.tuple(fc.nat(2), fc.base64String()).map(([at, part]) => parts.with(at, part).join('.')),
      fc
        .tuple(fc.nat(token.length), fc.string())
        .map(([at, extra]) => token.slice(0, at) + extra + token.slice(at)),
      fc.integer({ min: 1900, max: 2_100 }).map((length) => `${token}${'A'.repeat(length)}`),
    );
    fc.assert(
      fc.property(text, (it) => {
        fc.pre(it !== token && it !== '');
        expect(authority.check(it, 'view', 'garden')).toEqual(refuseToken('token-invalid', 'view'));
      }),
    );
  });

  it('has sentences that fit into an error message and name the next step', () => {
    const codes = ['token-missing', 'token-invalid', 'token-expired', 'token-revoked', 'forbidden'] as const;
    for (const right of ['publish', 'view'] as const) {
      for (const code of codes) {
        const { reason } = refuseToken(code, right);
        expect(reason).toContain(`perch token --${right}`);
        expect(decodeServerMessage(JSON.stringify({ type: 'error', code, message: reason })).ok).toBe(true);
      }
    }
  });
});

describe('revoking', () => {
  it('by another process is noticed within a second, and told once', () => {
    const { scheduler, authority, issue } = closed();
    const { token, entry } = issue({ name: 'Grandma' });
    const kept = issue();
    const told: string[][] = [];
    authority.onRevoked((ids) => told.push([...ids]));
    openTokenStore(join(directory, 'state'), scheduler).revoke('Grandma');
    scheduler.advance(REVOCATION_CHECK_MS);
    expect(told).toEqual([[entry.claims.id]]);
    expect(authority.check(token, 'view', 'garden')).toMatchObject({ code: 'token-revoked' });
    expect(authority.check(kept.token, 'view', 'garden')).toMatchObject({ ok: true });
    scheduler.advance(10 * REVOCATION_CHECK_MS);
    expect(told).toHaveLength(1);
  });

  it('holds from the first moment of the next start', () => {
    const { scheduler, store, issue } = closed();
    const { token } = issue({ name: 'Grandma' });
    store.revoke('Grandma');
    const next = createClosedAuthority(openTokenStore(join(directory, 'state'), scheduler), scheduler);
    expect(next.check(token, 'view', 'garden')).toMatchObject({ code: 'token-revoked' });
  });

  it('stays while the folder can not be read, which is told once', () => {
    const scheduler = new ManualScheduler();
    const troubles: unknown[] = [];
    let revoked: ReadonlySet<string> | undefined = new Set(['a']);
    const tokens = new JwtTokens(Buffer.alloc(32, 1), () => scheduler.now());
    const authority = new ClosedAuthority({
      tokens,
      revocations: {
        readRevoked: () => {
          if (revoked === undefined) throw new Error('gone');
          return revoked;
        },
      },
      scheduler,
      reportTrouble: (error) => troubles.push(error),
    });
    const claims = {
      right: 'view',
      streamId: 's',
      issuedAt: 1,
      expiresAt: undefined,
    } as const;
    revoked = undefined;
    scheduler.advance(3 * REVOCATION_CHECK_MS);
    expect(troubles).toHaveLength(1);
    expect(authority.check(tokens.sign({ ...claims, id: 'a' }), 'view', 's')).toMatchObject({
      code: 'token-revoked',
    });
    revoked = new Set(['b']);
    scheduler.advance(REVOCATION_CHECK_MS);
    for (const id of ['a', 'b'])
      expect(authority.check(tokens.sign({ ...claims, id }), 'view', 's')).toMatchObject({
        code: 'token-revoked',
      });
  });

  it('is no longer looked for after close', () => {
    const { scheduler, authority } = closed();
    authority.close();
    expect(scheduler.nextInMs).toBeUndefined();
  });
});

describe.each(['open', 'closed'] as const)('a resume token of an %s authority', (kind) => {
  const make = () => (kind === 'open' ? openAuthority(Buffer.alloc(32, 7)) : closed().authority);

  it('gives its viewer its id back, in its stream only', () => {
    const authority = make();
    const token = authority.signResume('viewer-a', 'garden');
    expect(authority.mayResume(token, 'viewer-a', 'garden')).toBe(true);
    expect(authority.mayResume(token, 'viewer-b', 'garden')).toBe(false);
    expect(authority.mayResume(token, 'viewer-a', 'door')).toBe(false);
    expect(authority.mayResume(undefined, 'viewer-a', 'garden')).toBe(false);
    expect(authority.mayResume('', 'viewer-a', 'garden')).toBe(false);
  });

  it('is worth nothing with another secret', () => {
    const token = openAuthority(Buffer.alloc(32, 8)).signResume('viewer-a', 'garden');
    expect(make().mayResume(token, 'viewer-a', 'garden')).toBe(false);
  });

  it('is not a right to watch, nor a right to watch one', () => {
    const { authority, issue } = closed();
    const token = issue({ streamId: 'garden' }).token;
    expect(authority.mayResume(token, 'garden', 'garden')).toBe(false);
  });
});

it('an open authority lets anyone do anything, with or without a token', () => {
  const authority = openAuthority(Buffer.alloc(32, 7));
  expect(authority.open).toBe(true);
  for (const token of [undefined, 'nonsense'])
    expect(authority.check(token, 'publish', 'garden')).toEqual({
      ok: true,
      value: {
        right: 'publish',
        streamId: 'garden',
        tokenId: undefined,
        sharedBy: undefined,
        mayShare: false,
        expiresAtMs: undefined,
      },
    });
});
