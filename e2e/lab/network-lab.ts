/**
 * A whole Perch in a network of its own: server and coturn on a public address, the streamer at home, browsers at
 * other sites. Needs root. `close` ends and removes everything; so does the end of this process.
 */
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../support/chromium.ts';
import { ViewerPage } from '../support/viewer-page.ts';
import { type Coturn, startCoturn } from './coturn.ts';
import {
  type Distance,
  Internet,
  PAGE_PORT,
  PUBLIC_STUN_NAMES,
  SERVER_ADDRESS,
  type Site,
  type SiteName,
} from './internet.ts';
import { makeLabFolder, removeLabFolder } from './lab-folder.ts';
import { LabProcess } from './lab-process.ts';
import { type Namespace, removeLeftOvers, removeNamespaces } from './namespace.ts';
import type { NatKind } from './nat.ts';
import { Viewer } from './viewer.ts';

const PERCH = createRequire(import.meta.url).resolve('perch/bin/perch.js');

const PAGES = `http://${SERVER_ADDRESS}:${PAGE_PORT}`;

export interface LabOptions {
  /** Path of the browser. */
  readonly chromium: string;
  /** The streamer's network. */
  readonly home: NatKind;
  /** Without, the server knows of no TURN; coturn answers as the public STUN servers all the same. */
  readonly turn?: boolean;
  /** What `perch stream` is told besides the server. */
  readonly picture?: readonly string[];
}

/** A phone's worth of picture, and little for two cores to encode and decode. */
const SMALL_PICTURE = [
  '--source',
  'test',
  '--width',
  '640',
  '--height',
  '360',
  '--fps',
  '15',
  '--bitrate',
  '500k',
];

export class NetworkLab {
  readonly internet: Internet;
  readonly coturn: Coturn;
  readonly server: LabProcess;
  readonly streamer: LabProcess;
  readonly home: Site;
  readonly #chromium: string;
  readonly #folder: string;
  readonly #browsers = new Map<Namespace, Promise<Browser>>();

  /** Resolves when the stream is registered. */
  static async open({
    chromium,
    home,
    turn = true,
    picture = SMALL_PICTURE,
  }: LabOptions): Promise<NetworkLab> {
    // One that failed while it opened was never closed.
    removeAll();
    removeLeftOvers();
    process.once('exit', removeAll);
    const folder = makeLabFolder();
    const internet = new Internet();
    const homeSite = await internet.addSite('home', home);
    const coturn = await startCoturn(internet.vps, folder);
    const server = new LabProcess(internet.vps, process.execPath, [PERCH, 'serve', '--open'], {
      PERCH_STATE_DIR: join(folder, 'state'),
      PORT: String(PAGE_PORT),
      ...(turn ? coturn.settings : {}),
    });
    await server.says(/"msg":"listening"/);
    const streamer = new LabProcess(homeSite.host, process.execPath, [
      PERCH,
      'stream',
      '--signaling-url',
      `ws://${SERVER_ADDRESS}:${PAGE_PORT}`,
      ...picture,
    ]);
    await streamer.says(/registered with the server/);
    return new NetworkLab({ internet, coturn, server, streamer, home: homeSite, chromium, folder });
  }

  private constructor(
    parts: Pick<NetworkLab, 'internet' | 'coturn' | 'server' | 'streamer' | 'home'> & {
      readonly chromium: string;
      readonly folder: string;
    },
  ) {
    this.internet = parts.internet;
    this.coturn = parts.coturn;
    this.server = parts.server;
    this.streamer = parts.streamer;
    this.home = parts.home;
    this.#chromium = parts.chromium;
    this.#folder = parts.folder;
  }

  /** A site for viewers. */
  addSite(name: Exclude<SiteName, 'home'>, nat: NatKind, distance?: Distance): Promise<Site> {
    return this.internet.addSite(name, nat, distance);
  }

  /** Opens the watch page in a browser at that site. */
  async watch(site: Site): Promise<Viewer> {
    return Viewer.open(await this.#browserAt(site), `${PAGES}/watch/pi-camera-stream`);
  }

  /** Opens the page that says why there is no picture. */
  async check(site: Site): Promise<ViewerPage> {
    return ViewerPage.open(await this.#browserAt(site), `${PAGES}/check/pi-camera-stream`);
  }

  #browserAt({ host }: Site): Promise<Browser> {
    const starting = this.#browsers.get(host) ?? this.#launch(host);
    this.#browsers.set(host, starting);
    return starting;
  }

  async close(): Promise<void> {
    for (const browser of this.#browsers.values()) await (await browser).close();
    removeAll();
    process.off('exit', removeAll);
  }

  /**
   * Playwright starts a program by its path: a script that goes into the namespace first. The browser hides its addresses, as
   * people's do.
   */
  #launch(host: Namespace): Promise<Browser> {
    const script = join(this.#folder, `chromium-${host.name}`);
    const line = host.commandLine(this.#chromium, ['"$@"']).join(' ');
    writeFileSync(script, `#!/bin/sh\nexec ${line}\n`, { mode: 0o755 });
    // For WebRTC it puts a dot behind a name, which /etc/hosts does not have.
    const names = PUBLIC_STUN_NAMES.map((name) => `MAP ${name}. ${SERVER_ADDRESS}`);
    return launchChromium(script, {
      hidesAddresses: true,
      args: [`--host-resolver-rules=${names.join(',')}`],
    });
  }
}

function removeAll(): void {
  removeNamespaces();
  removeLabFolder();
}
