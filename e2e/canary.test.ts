/** The secret and the tokens are in nothing that anyone may read, also when they are sent where they do not belong. */
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { ClosedServer } from './support/closed-server.ts';
import { PerchProcess, stream } from './support/perch-process.ts';
import { useBrowser } from './support/use-browser.ts';

const open = useBrowser();

/** Sends these frames one after the other, and returns all that came back until each was answered or refused. */
async function say(url: string, headers: Readonly<Record<string, string>>, frames: readonly string[]) {
  const socket = new WebSocket(url, { headers });
  const heard: string[] = [];
  socket.on('message', (data) => heard.push(data.toString()));
  socket.on('error', (error) => heard.push(error.message));
  await once(socket, 'open');
  for (const frame of frames) {
    const answered = once(socket, 'message');
    socket.send(frame);
    await answered;
  }
  socket.close();
  await once(socket, 'close');
  return heard;
}

function processList(): string {
  const ids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return ids.map((id) => readOrNothing(`/proc/${id}/cmdline`)).join('\n');
}

function readOrNothing(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // It ended meanwhile.
    return '';
  }
}

test('[AUTH4] [ERR4] secret and tokens are in no log, error, metric, page or process list', async () => {
  const server = await ClosedServer.start(['--log-level', 'trace']);
  const { port } = server;
  const http = `http://127.0.0.1:${port}`;
  const publish = await server.publishToken();
  const streamer = await stream(port, ['--log-level', 'trace'], { environment: { PERCH_TOKEN: publish } });
  const link = await server.link('Grandma');
  const view = link.slice(link.indexOf('=') + 1);
  // The part that is a secret; the others say only what the token is for.
  const signatureOf = (token: string) => token.slice(token.lastIndexOf('.') + 1);
  const seen: string[] = [];

  const viewer = await open('about:blank');
  const asked: string[] = [];
  viewer.page.on('request', (request) => asked.push(`${request.url()} ${JSON.stringify(request.headers())}`));
  viewer.page.on('console', (message) => seen.push(message.text()));
  await viewer.page.goto(link);
  await viewer.reaches('live');
  // The first is the link itself.
  seen.push(...asked.slice(1));

  // What a good join tells holds the viewer's own resume token, and nothing else may.
  const join = { type: 'join', stream_id: 'pi-camera-stream' };
  const [joined = ''] = await say(`ws://127.0.0.1:${port}/?token=${view}`, {}, [JSON.stringify(join)]);
  const resumeToken = String((JSON.parse(joined) as { resume_token?: unknown }).resume_token);
  expect(resumeToken).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
  const secrets = [server.secret, signatureOf(publish), signatureOf(view), signatureOf(resumeToken)];

  for (const secret of [publish, view, resumeToken, server.secret]) {
    const part = signatureOf(secret);
    const misplaced = [
      `{"type":"join","token":"${secret}"`,
      secret,
      JSON.stringify({ type: secret }),
      JSON.stringify({ type: 'join', stream_id: secret }),
      JSON.stringify({ type: 'join', stream_id: part }),
      JSON.stringify({ type: 'register', stream_id: part, token: view }),
      JSON.stringify({ ...join, token: `${secret} ` }),
      JSON.stringify({ ...join, token: `${secret}x` }),
      JSON.stringify({ ...join, token: secret.toUpperCase() }),
      JSON.stringify({ type: 'offer', to: part, sdp: `v=0\r\n${secret}` }),
      JSON.stringify({ type: 'ice-candidate', to: part, candidate: secret }),
    ];
    for (const frame of misplaced) seen.push(...(await say(`ws://127.0.0.1:${port}/${part}`, {}, [frame])));
    const authorization = { authorization: `Bearer x${secret}` };
    seen.push(
      ...(await say(`ws://127.0.0.1:${port}/?token=x${secret}`, authorization, [JSON.stringify(join)])),
    );
    for (const path of [
      '/health',
      '/turn-credentials',
      '/api/streams',
      '/metrics',
      '/watch/x',
      `/${part}`,
      `/watch/${part}`,
    ]) {
      for (const headers of [{}, authorization]) {
        const response = await fetch(`${http}${path}?token=x${secret}`, { headers });
        seen.push(JSON.stringify([...response.headers]), await response.text());
      }
    }
  }
  for (const token of [publish, view, resumeToken]) {
    for (const args of [
      ['--revoke', token],
      ['--show', token],
      ['--view', token],
      ['--expires', token],
      [token],
    ]) {
      const perch = new PerchProcess(['token', '--state-dir', server.stateDirectory, ...args]);
      expect(await perch.end()).not.toBe(0);
      seen.push(perch.stdout, perch.stderr);
    }
  }

  let doctor: PerchProcess;
  let processes: string;
  // Where the internet is near, one may have ended before the list is read.
  do {
    doctor = new PerchProcess(['doctor', '--link']);
    doctor.type(link);
    await doctor.says(/ok +name/);
    processes = processList();
  } while (!processes.includes('perch.js\0doctor'));
  expect(processes).toContain('perch.js\0serve');
  await doctor.end();
  expect(doctor.stdout).toMatch(/ok +token/);
  // What is on the command line all the same is at least not repeated.
  const talkative = new PerchProcess(['doctor', '--server', link, '--print-config']);
  expect(await talkative.end()).toBe(0);
  expect(talkative.stderr).toContain('--server has a secret in it');
  const misled = new PerchProcess(['stream', '--source', 'test'], {
    environment: { PERCH_TOKEN: `${publish}=` },
  });
  expect(await misled.end()).toBe(2);
  streamer.signal('SIGTERM');
  await streamer.end();
  await server.token('--revoke', 'Grandma');
  await viewer.reaches('ended');
  server.perch.signal('SIGTERM');
  await server.perch.end();

  const everything = {
    'the log of the server': server.perch.stdout + server.perch.stderr,
    'the log of the streamer': streamer.stdout + streamer.stderr,
    'a wrong setting': misled.stdout + misled.stderr,
    'what the doctor says': [doctor, talkative].map(({ stdout, stderr }) => stdout + stderr).join('\n'),
    'what anyone is told': seen.join('\n'),
    'the process list': processes,
  };
  expect(everything['the log of the server']).toContain('viewer joined');
  expect(everything['what anyone is told']).toContain('perch_');
  for (const [where, text] of Object.entries(everything)) {
    const found = secrets.filter((secret) => text.includes(secret));
    expect({ where, found: found.length }).toEqual({ where, found: 0 });
  }
}, 180_000);
