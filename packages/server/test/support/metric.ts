import type { TestServer } from './test-server.ts';

/** The value of one series in Prometheus' text format; undefined where there is none yet. */
export async function metric(server: TestServer, series: string): Promise<number | undefined> {
  const text = await (await fetch(`${server.httpUrl}/metrics`)).text();
  const line = text.split('\n').find((it) => it.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length));
}
