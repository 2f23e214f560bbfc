/** The STUN and TURN servers of a list, by URL. Pure. */
import { type IceServer, type IceUrl, parseIceUrl } from '@perch/protocol';

export interface IceHost extends IceUrl {
  readonly url: string;
  readonly username: string;
  readonly credential: string;
}

export function iceHosts(servers: readonly IceServer[]): IceHost[] {
  return servers.flatMap(({ urls, username = '', credential = '' }) =>
    urls.flatMap((url) => {
      const parsed = parseIceUrl(url);
      return parsed === undefined ? [] : [{ ...parsed, url, username, credential }];
    }),
  );
}

/** As the list had it that it came from, with this URL alone. */
export function toIceServer({ url, username, credential }: IceHost): IceServer {
  return { urls: [url], username, credential };
}
