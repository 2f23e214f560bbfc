/**
 * Finds a Chromium that decodes H.264, or installs the distribution's. Looked at in this order: CHROMIUM_PATH, the
 * usual names on PATH, a Playwright cache (whose builds often lack H.264, hence the check).
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

const INSTALL = 'apt-get install -y chromium';

/** No sound, no GPU, no update checks. */
const ARGUMENTS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
];

/** Host candidates by address: to a page without camera rights they are names, which few test machines can look up. */
const SHOWN_ADDRESSES = '--disable-features=WebRtcHideLocalIpsWithMdns';

interface LaunchOptions {
  /** As browsers do by themselves; false unless it is said. */
  readonly hidesAddresses?: boolean;
  /** False for a program that has more to do at a signal than to end the browser. */
  readonly endsOnSignal?: boolean;
  /** More than the usual. */
  readonly args?: readonly string[];
}

export function launchChromium(
  executablePath: string,
  { hidesAddresses = false, endsOnSignal = true, args = [] }: LaunchOptions = {},
): Promise<Browser> {
  const signals = { handleSIGINT: endsOnSignal, handleSIGTERM: endsOnSignal };
  const usual = hidesAddresses ? ARGUMENTS : [...ARGUMENTS, SHOWN_ADDRESSES];
  return chromium.launch({ executablePath, args: [...usual, ...args], ...signals });
}

/** The path of a Chromium to test with. Rejects with the one line to type where there is none. */
export async function provideChromium(): Promise<string> {
  const found = await findChromium();
  if (found !== undefined) return found;
  const install = installCommand();
  if (install === undefined) {
    throw new Error(`no Chromium that decodes H.264 was found; type: sudo ${INSTALL} (or set CHROMIUM_PATH)`);
  }
  console.log(`no Chromium found; installing the distribution's: ${INSTALL}`);
  for (const step of [['update'], INSTALL.split(' ').slice(1)]) {
    const [command = '', ...args] = [...install, ...step];
    execFileSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  }
  const installed = await findChromium();
  if (installed === undefined) throw new Error('the installed Chromium does not start or lacks H.264');
  return installed;
}

async function findChromium(): Promise<string | undefined> {
  const given = process.env['CHROMIUM_PATH'];
  if (given !== undefined && given !== '') {
    if (await decodesH264(given)) return given;
    throw new Error(`CHROMIUM_PATH is ${given}, which does not start or lacks H.264`);
  }
  for (const path of candidates()) if (existsSync(path) && (await decodesH264(path))) return path;
  return undefined;
}

function* candidates(): Generator<string> {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  for (const name of NAMES) for (const folder of folders) yield join(folder, name);
  const cache = process.env['PLAYWRIGHT_BROWSERS_PATH'] ?? join(homedir(), '.cache', 'ms-playwright');
  if (!existsSync(cache)) return;
  for (const build of readdirSync(cache)) {
    if (build.startsWith('chromium-')) {
      yield join(cache, build, 'chrome-linux64', 'chrome');
      yield join(cache, build, 'chrome-linux', 'chrome');
    }
  }
}

async function decodesH264(executablePath: string): Promise<boolean> {
  try {
    const browser = await launchChromium(executablePath);
    const page = await browser.newPage();
    const codecs = await page.evaluate(() =>
      RTCRtpReceiver.getCapabilities('video')?.codecs.map((codec) => codec.mimeType),
    );
    await browser.close();
    return codecs?.includes('video/H264') ?? false;
  } catch {
    return false;
  }
}

/** How to run apt-get as root without a question, if that can be done. */
function installCommand(): readonly string[] | undefined {
  if (!existsSync('/usr/bin/apt-get')) return undefined;
  if (process.getuid?.() === 0) return ['apt-get', '-qq'];
  try {
    execFileSync('sudo', ['-n', 'true'], { stdio: 'ignore' });
    return ['sudo', '-n', 'apt-get', '-qq'];
  } catch {
    return undefined;
  }
}
