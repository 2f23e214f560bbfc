/** What to examine, from what a person has at hand: the server's address, or the link that does not work. Pure. */

import { hideUrlSecrets, readSignalingUrl } from '../settings/read-value.ts';
import type { Read } from '../settings/setting.ts';

export interface Target {
  /** Without a token. */
  readonly webSocketUrl: string;
  /** `http://203.0.113.7:8080`: where the page and `/health` are. */
  readonly httpOrigin: string;
  /** A name, or an address without brackets. */
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  /** What the link said. */
  readonly streamId: string | undefined;
  readonly token: string | undefined;
}

const DEFAULT_PORTS = { 'ws:': 80, 'wss:': 443 } as const;

export function readTarget(text: string): Read<Target> {
  const [address = '', fragment = ''] = text.trim().split('#', 2);
  const read = readSignalingUrl(address);
  if (!read.ok) return read;
  const url = new URL(read.value);
  const secure = url.protocol === 'wss:';
  const streamId = streamOf(url);
  const token = new URLSearchParams(fragment).get('token') ?? url.searchParams.get('token') ?? undefined;
  url.searchParams.delete('token');
  if (streamId !== undefined) url.pathname = '/';
  return {
    ok: true,
    value: {
      webSocketUrl: url.href,
      httpOrigin: `${secure ? 'https' : 'http'}://${url.host}`,
      host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
      port: Number(url.port) || DEFAULT_PORTS[secure ? 'wss:' : 'ws:'],
      secure,
      streamId,
      token,
    },
  };
}

/** A link's secret stands behind the `#`. */
export function hideTargetSecrets(text: string): string {
  return hideUrlSecrets(text).replace(/([#&]token=)[^\s&#]+/gi, '$1***');
}

function streamOf(url: URL): string | undefined {
  const [, name] = /^\/watch\/([^/]+)\/?$/.exec(url.pathname) ?? [];
  try {
    return name === undefined ? undefined : decodeURIComponent(name);
  } catch {
    return undefined;
  }
}
