/** `perch token`: makes, shows and takes back what lets people publish and watch. Works beside a running server. */
import { networkInterfaces } from 'node:os';
import type { Right, TokenEntry, TokenStore } from '@perch/server';
import { CommandFailure, EXIT } from '../command-failure.ts';
import { localAddresses } from '../local-addresses.ts';
import { serverPlace, USUAL_SERVER } from '../server-place.ts';
import type { SettingValues } from '../settings/setting.ts';
import { tokenSettings } from '../settings/tables.ts';
import type { Command, CommandContext } from './command.ts';
import { formatToken, formatTokenList } from './format-tokens.ts';
import { explainFolder, openTokens, readLastServer } from './token-store.ts';

type Values = SettingValues<typeof tokenSettings>;
type Output = CommandContext['output'];

export const token: Command<typeof tokenSettings> = {
  name: 'token',
  summary: 'make, list and revoke the links and tokens that let people in',
  settings: tokenSettings,
  closeWithinMs: 1000,
  moreHelp: `Run it on the server, as the server's user or as root. A running server needs no
restart. A token is a password: whoever has the link can watch.

Examples:
  perch token --view pi-camera-stream --name "Grandma"
  perch token --view garden --expires 24h
  perch token --view garden --name "Ann" --share
  perch token --publish garden
  perch token --list
  perch token --revoke "Grandma"`,

  async run(values, { output }) {
    const task = chooseTask(values);
    const store = await openTokens(values.stateDir);
    await explainFolder(() => task(store, output));
  },
};

type Task = (store: TokenStore, output: Output) => void;

/** @throws CommandFailure unless exactly one thing is to be done. */
function chooseTask(values: Values): Task {
  const { publish, view, share, list, show, revoke, name, expires } = values;
  const tasks: Task[] = [];
  const issuing = (right: Right, streamId: string): Task => {
    return (store, output) => issueToken(store, output, values, { right, streamId });
  };
  if (publish !== undefined) tasks.push(issuing('publish', publish));
  if (view !== undefined) tasks.push(issuing('view', view));
  const makes = tasks.length > 0;
  if (list) tasks.push((store, output) => output.out(formatTokenList(store.list(), Date.now())));
  if (show !== undefined) tasks.push((store, output) => showToken(store, output, values, show));
  if (revoke !== undefined) tasks.push((store, output) => revokeToken(store, output, revoke));
  const [task] = tasks;
  if (task === undefined) throw usage('say what to do: --view, --publish, --list, --show or --revoke');
  if (tasks.length > 1) throw usage('only one of --view, --publish, --list, --show and --revoke at a time');
  if (!makes && (name !== undefined || expires !== undefined)) {
    throw usage('--name and --expires go with --view or --publish');
  }
  if (share && view === undefined) throw usage('--share goes with --view');
  return task;
}

function issueToken(
  store: TokenStore,
  output: Output,
  values: Values,
  what: { right: Right; streamId: string },
): void {
  const issued = store.issue({
    ...what,
    name: values.name,
    lifetimeMs: values.expires,
    mayShare: values.share,
  });
  if (!issued.ok) {
    throw new CommandFailure('there is a token of this name; choose another --name', EXIT.failed);
  }
  print(store, output, values, [issued.entry]);
}

function showToken(store: TokenStore, output: Output, values: Values, name: string): void {
  const found = findByName(store, name);
  const nowSeconds = Date.now() / 1000;
  const good = found
    .filter((it) => it.revokedAtMs === undefined)
    .filter(({ claims: { expiresAt = Number.POSITIVE_INFINITY } }) => expiresAt > nowSeconds);
  if (good.length === 0) {
    throw new CommandFailure('this token is revoked or has expired; make a new one', EXIT.failed);
  }
  print(store, output, values, good);
}

function revokeToken(store: TokenStore, output: Output, name: string): void {
  findByName(store, name);
  const revoked = store.revoke(name);
  const text =
    revoked.length > 0 ? 'is revoked; a running server puts out who uses it' : 'was revoked before';
  output.out(`"${name}" ${text}.\n`);
}

/** A name that nothing has is not repeated: it may be a token, typed in the wrong place. */
function findByName(store: TokenStore, name: string): TokenEntry[] {
  const found = store.list().filter((it) => it.claims.name === name);
  if (found.length > 0) return found;
  throw new CommandFailure('no token has this name; "perch token --list" shows the names', EXIT.failed);
}

function print(store: TokenStore, output: Output, values: Values, entries: readonly TokenEntry[]): void {
  const last = readLastServer(store) ?? USUAL_SERVER;
  const publicUrl = values.publicUrl ?? last.publicUrl;
  const place = serverPlace({ ...last, publicUrl }, localAddresses(networkInterfaces()));
  const columns = output.terminal ? output.columns : undefined;
  for (const entry of entries) {
    output.out(`${formatToken(entry, store.tokens.sign(entry.claims), { place, columns })}\n`);
  }
  if (place.hint !== undefined) output.err(`${place.hint}\n`);
}

function usage(message: string): CommandFailure {
  return new CommandFailure(message, EXIT.usage);
}
