/** Names that lead to a machine nearby, or nowhere: nobody can have one on the internet and give it an address of their choice. */
import ipaddr from 'ipaddr.js';

const HOME_DOMAINS = [
  // RFC 6761, 6762 and 8375.
  'localhost',
  'local',
  'home.arpa',
  // ICANN keeps it for private networks (2024).
  'internal',
  // Of many routers; no top-level domains.
  'lan',
  'home',
  'localdomain',
  // Of FRITZ!Box routers, and their maker's.
  'fritz.box',
];

/** An address, one word (`pi`, a container's name), or a name in a home's network. `name` is as a URL has it, in small letters. */
export function isHomeName(name: string): boolean {
  const plain = name.replace(/\.$/, '');
  if (ipaddr.isValid(plain) || !plain.includes('.')) return true;
  return HOME_DOMAINS.some((domain) => plain.endsWith(`.${domain}`));
}
