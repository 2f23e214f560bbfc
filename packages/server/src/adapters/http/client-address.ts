/**
 * Whose request it is. Behind a proxy that is trusted it is who the proxy says (X-Forwarded-For, read from the right as
 * far as every address is a trusted proxy's); from anyone else that header is a claim and is not looked at.
 */
import type { IncomingMessage } from 'node:http';
import ipaddr from 'ipaddr.js';
import proxyAddr from 'proxy-addr';

/** A home or an office has a whole /64 of IPv6 addresses (RFC 6177), and each of them may use all of it. */
const IPV6_PREFIX_BYTES = 8;

export class ClientAddresses {
  readonly #isTrusted: (address: string, index: number) => boolean;

  /** @throws TypeError when an entry is neither an address, a network (CIDR), nor `loopback`, `linklocal`, `uniquelocal`. */
  constructor(trustedProxies: readonly string[]) {
    this.#isTrusted = proxyAddr.compile([...trustedProxies]);
  }

  /** One string for all that counts as one client. */
  keyOf(request: IncomingMessage): string {
    return addressKey(proxyAddr(request, this.#isTrusted));
  }

  /** Whether what this TCP peer says of its clients counts. */
  isProxy(tcpAddress: string | undefined): boolean {
    return tcpAddress !== undefined && this.#isTrusted(tcpAddress, 0);
  }

  /** The Host that the browser asked for. */
  hostOf(request: IncomingMessage): string | undefined {
    const forwarded = request.headers['x-forwarded-host'];
    const believed = this.isProxy(request.socket.remoteAddress) && typeof forwarded === 'string';
    return believed ? forwarded.split(',')[0]?.trim() : request.headers.host;
  }
}

/** An IPv4 address, or the network of an IPv6 one. */
export function addressKey(address: string | undefined): string {
  if (address === undefined || !ipaddr.isValid(address)) return 'unknown';
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  return Buffer.from(parsed.toByteArray().slice(0, IPV6_PREFIX_BYTES)).toString('hex');
}
