import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openTokenStore } from '../../src/adapters/access/authorities.ts';
import { StateFolder } from '../../src/adapters/access/state-folder.ts';
import { StateFolderError } from '../../src/adapters/access/state-folder-error.ts';
import { ManualScheduler } from '../support/manual-scheduler.ts';

let state = '';
const clock = new ManualScheduler();

const DAY_MS = 24 * 60 * 60 * 1000;

beforeEach(() => {
  state = join(fs.mkdtempSync(join(tmpdir(), 'perch-store-')), 'deep', 'state');
});

afterEach(() => fs.rmSync(join(state, '..', '..'), { recursive: true }));

const open = () => openTokenStore(state, clock);
const modeOf = (name = '') => (fs.statSync(join(state, name)).mode & 0o777).toString(8);
const secretText = () => fs.readFileSync(join(state, 'secret'), 'utf8').trim();

function issue(request: Parameters<ReturnType<typeof open>['issue']>[0], store = open()) {
  const issued = store.issue(request);
  if (!issued.ok) throw new Error(issued.reason);
  return issued;
}

/** Another process does something just before a store next does this to its folder. */
function justBefore(what: 'create' | 'take', meanwhile: () => void): void {
  const original = StateFolder.prototype[what] as (...args: string[]) => never;
  const spy = vi.spyOn(StateFolder.prototype, what);
  spy.mockImplementationOnce(function (this: StateFolder, ...args: string[]) {
    spy.mockRestore();
    meanwhile();
    return original.apply(this, args);
  });
}

function refusal(): StateFolderError {
  try {
    open();
  } catch (error) {
    if (error instanceof StateFolderError) return error;
    throw error;
  }
  throw new Error('the folder was taken');
}

describe('the state folder', () => {
  it('is made with a secret at the first start, for its owner alone, and then kept', () => {
    expect(open().createdSecret).toBe(true);
    issue({ right: 'view', streamId: 'garden' });
    expect([modeOf(), modeOf('secret'), modeOf('tokens')]).toEqual(['700', '600', '700']);
    const [file = ''] = fs.readdirSync(join(state, 'tokens'));
    expect(modeOf(`tokens/${file}`)).toBe('600');
    const secret = secretText();
    expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
    expect(open().createdSecret).toBe(false);
    expect(secretText()).toBe(secret);
  });

  it.each([
    ['', 0o750, '700'],
    ['', 0o701, '700'],
    ['secret', 0o640, '600'],
    ['secret', 0o604, '600'],
    ['tokens', 0o755, '700'],
  ])('that others can use (%j with mode %o) is refused, with the chmod that helps', (name, mode, fix) => {
    open();
    fs.chmodSync(join(state, name), mode);
    const error = refusal();
    expect(error.reason).toBe('readable');
    expect(error.message).toContain(`chmod ${fix} ${join(state, name)}`);
    fs.chmodSync(join(state, name), Number.parseInt(fix, 8));
    expect(open().createdSecret).toBe(false);
  });

  it('with files of something else is not taken for a new one', () => {
    fs.mkdirSync(state, { recursive: true, mode: 0o700 });
    fs.writeFileSync(join(state, 'photos.zip'), '');
    expect(refusal()).toMatchObject({ reason: 'foreign' });
    expect(fs.readdirSync(state)).toEqual(['photos.zip']);
  });

  it('with a broken secret is refused, and the secret is neither shown nor replaced', () => {
    open();
    const half = secretText().slice(0, 20);
    for (const text of [half, '', `${secretText()}x`]) {
      fs.writeFileSync(join(state, 'secret'), text);
      const error = refusal();
      expect(error.reason).toBe('foreign');
      expect(error.message).not.toContain(half);
      expect(fs.readFileSync(join(state, 'secret'), 'utf8')).toBe(text);
    }
  });

  it('without its secret gets a new one, and its tokens are signed anew', () => {
    const { token, entry } = issue({ right: 'view', streamId: 'garden' });
    fs.rmSync(join(state, 'secret'));
    const store = open();
    expect(store.createdSecret).toBe(true);
    expect(store.tokens.read(token)).toEqual({ state: 'invalid' });
    expect(store.tokens.read(store.tokens.sign(entry.claims))).toMatchObject({ state: 'good' });
  });

  it('that is a file is refused in one sentence', () => {
    fs.mkdirSync(join(state, '..'), { recursive: true });
    fs.writeFileSync(state, '');
    expect(refusal()).toMatchObject({ reason: 'denied', message: expect.stringContaining('--state-dir') });
  });

  it('has no half-written files left, and passes over those of a process that died', () => {
    issue({ right: 'view', streamId: 'garden' });
    fs.writeFileSync(join(state, 'tokens', '.half-1234'), '{"ri');
    expect(open().list()).toHaveLength(1);
    expect(fs.readdirSync(state).sort()).toEqual(['secret', 'tokens']);
  });

  it.runIf(process.getuid?.() === 0)(
    'gets what root writes there as its own, so that the server can read it',
    () => {
      open();
      const server = { uid: 65_534, gid: 65_534 };
      for (const name of ['', 'secret', 'tokens']) fs.chownSync(join(state, name), server.uid, server.gid);
      const { entry } = issue({ right: 'view', streamId: 'garden', name: 'Oma' });
      open().revoke('Oma');
      const files = fs.readdirSync(join(state, 'tokens'));
      expect(files).toEqual(
        expect.arrayContaining([expect.stringMatching(/json$/), `${entry.claims.id}.revoked`]),
      );
      for (const name of files) expect(fs.statSync(join(state, 'tokens', name))).toMatchObject(server);
      fs.rmSync(join(state, 'tokens'), { recursive: true });
      open();
      expect(fs.statSync(join(state, 'tokens'))).toMatchObject(server);
    },
  );

  it('remembers what else is written there, and may replace it', () => {
    const { folder } = open();
    folder.write('server.json', 'one');
    folder.write('server.json', 'two');
    expect(open().folder.read('server.json')).toBe('two');
    expect(modeOf('server.json')).toBe('600');
  });
});

describe('issued tokens', () => {
  it('are kept without the token, which can be signed again letter by letter', () => {
    const { token, entry } = issue({
      right: 'view',
      streamId: 'Garten 🌻',
      name: 'Oma',
      lifetimeMs: 3_600_000,
    });
    const [listed] = open().list();
    expect(listed).toEqual(entry);
    expect(listed && open().tokens.sign(listed.claims)).toBe(token);
    const [file = ''] = fs.readdirSync(join(state, 'tokens'));
    const text = fs.readFileSync(join(state, 'tokens', file), 'utf8');
    expect(text).not.toContain(token.slice(token.lastIndexOf('.') + 1));
  });

  it('have names of their own', () => {
    issue({ right: 'view', streamId: 'garden', name: 'Oma' });
    expect(open().issue({ right: 'publish', streamId: 'door', name: 'Oma' })).toEqual({
      ok: false,
      reason: 'name-taken',
    });
    for (let count = 0; count < 3; count += 1) issue({ right: 'view', streamId: 'garden' });
    const names = open()
      .list()
      .map((it) => it.claims.name);
    expect(names.sort()).toEqual(['Oma', 'view garden', 'view garden 2', 'view garden 3']);
  });

  it('are revoked by name, once', () => {
    const { entry } = issue({ right: 'view', streamId: 'garden', name: 'Oma' });
    const store = open();
    expect(store.revoke('Opa')).toEqual([]);
    expect(store.revoke('Oma')).toEqual([entry]);
    expect(store.revoke('Oma')).toEqual([]);
    expect(store.list()).toEqual([{ ...entry, revokedAtMs: clock.now() }]);
    expect([...store.readRevoked()]).toEqual([entry.claims.id]);
  });

  it('of two processes that give a name at once are one', () => {
    const [one, two] = [open(), open()];
    justBefore('create', () => issue({ right: 'view', streamId: 'garden', name: 'Oma' }, two));
    expect(one.issue({ right: 'view', streamId: 'door', name: 'Oma' })).toEqual({
      ok: false,
      reason: 'name-taken',
    });
    expect(one.list().map(({ claims }) => claims.streamId)).toEqual(['garden']);
  });

  it('of two processes that give none at once have names of their own', () => {
    const [one, two] = [open(), open()];
    justBefore('create', () => issue({ right: 'view', streamId: 'garden' }, two));
    expect(issue({ right: 'view', streamId: 'garden' }, one).entry.claims.name).toBe('view garden 2');
    expect(one.list()).toHaveLength(2);
  });

  it('of two processes at once are all kept', () => {
    const [one, two] = [open(), open()];
    for (let count = 0; count < 5; count += 1) {
      issue({ right: 'view', streamId: `a${count}` }, one);
      issue({ right: 'view', streamId: `b${count}` }, two);
      one.revoke(`view b${count}`);
    }
    expect(open().list()).toHaveLength(10);
    expect(open().readRevoked().size).toBe(5);
  });
});

describe('tokens that are over', () => {
  const names = (store = open()) => store.list().map(({ claims }) => claims.name);
  const view = { right: 'view', streamId: 'garden' } as const;

  it('are listed for thirty days, and then forgotten with their marks; a revoked one without an end never is', () => {
    issue({ ...view, name: 'Oma', lifetimeMs: DAY_MS });
    issue({ ...view, name: 'Opa' });
    for (const name of ['Oma', 'Opa']) open().revoke(name);
    clock.advance(31 * DAY_MS - 1000);
    expect(names()).toEqual(expect.arrayContaining(['Oma', 'Opa']));
    expect(open().issue({ ...view, name: 'Oma' }).ok).toBe(false);
    clock.advance(1000);
    expect(names()).toEqual(['Opa']);
    issue({ ...view, name: 'Oma' });
    expect(names()).toEqual(['Opa', 'Oma']);
    expect(open().readRevoked().size).toBe(1);
    expect(fs.readdirSync(join(state, 'tokens'))).toHaveLength(3);
  });

  it('are forgotten once, also where another process has just given the name anew', () => {
    const [one, two] = [open(), open()];
    issue({ ...view, name: 'Oma', lifetimeMs: DAY_MS });
    clock.advance(31 * DAY_MS);
    justBefore('take', () => issue({ ...view, name: 'Oma' }, two));
    issue({ ...view, name: 'Opa' }, one);
    expect(names().sort()).toEqual(['Oma', 'Opa']);
  });
});

it('neither the secret nor a token shows when the store is written to a log', () => {
  const store = open();
  const shown = inspect(store, { depth: 10, showHidden: true }) + JSON.stringify(store);
  expect(shown).not.toContain(secretText());
  expect(shown).not.toContain(Buffer.from(secretText(), 'base64url').toString('hex'));
});
