import type { NetworkInterfaceInfo } from 'node:os';
import { describe, expect, it } from 'vitest';
import { frame } from '../src/box.ts';
import { demoLines, demoPages } from '../src/commands/demo.ts';
import { localAddresses, pageHosts } from '../src/local-addresses.ts';

function ipv4(address: string, internal = false): NetworkInterfaceInfo {
  return { address, internal, family: 'IPv4', netmask: '255.255.255.0', mac: '', cidr: null };
}

describe("this machine's addresses", () => {
  it('are IPv4 and reachable from outside, cable and radio first, self-given ones last', () => {
    const ipv6 = { ...ipv4('fe80::1'), family: 'IPv6', scopeid: 2 } as const;
    expect(
      localAddresses({
        lo: [ipv4('127.0.0.1', true)],
        docker0: [ipv4('172.17.0.1')],
        tailscale0: [ipv4('100.64.0.9')],
        eth0: [ipv4('169.254.7.7'), ipv6],
        wlan0: [ipv6, ipv4('192.168.1.20')],
      }),
    ).toEqual(['192.168.1.20', '100.64.0.9', '169.254.7.7']);
  });

  it.each([
    ['0.0.0.0', { here: 'localhost', nearby: ['10.0.0.2'] }],
    ['::', { here: 'localhost', nearby: ['10.0.0.2'] }],
    ['127.0.0.1', { here: '127.0.0.1', nearby: [] }],
    ['::1', { here: '[::1]', nearby: [] }],
    ['10.0.0.2', { here: '10.0.0.2', nearby: ['10.0.0.2'] }],
    ['2001:db8::1', { here: '[2001:db8::1]', nearby: ['[2001:db8::1]'] }],
  ])('a server on %s is opened at %j', (host, pages) => {
    expect(pageHosts(host, ['10.0.0.2'])).toEqual(pages);
  });
});

describe("the demo's box", () => {
  const pages = demoPages(
    { here: 'localhost', nearby: ['10.0.0.2', '10.0.0.3', '10.0.0.4', '10.0.0.5'] },
    9000,
  );

  it('has the page for this machine, up to three for a phone, and what to do next', () => {
    const text = demoLines(pages).join('\n');
    expect(text).toContain('http://localhost:9000/watch/pi-camera-stream');
    expect(text).toContain('http://10.0.0.2:9000/watch/pi-camera-stream');
    expect(text).not.toContain('10.0.0.5');
    for (const next of ['Ctrl-C', 'perch serve', 'perch stream']) expect(text).toContain(next);
  });

  it('fits into 80 columns, every line of one width', () => {
    const lines = frame(demoLines(pages), 80).trimEnd().split('\n');
    expect(new Set(lines.map((line) => line.length)).size).toBe(1);
    expect(lines[0]?.length).toBeLessThanOrEqual(80);
  });

  it('has no borders where the terminal is narrower', () => {
    expect(frame(['wide enough'], 12)).toBe('wide enough\n');
  });
});
