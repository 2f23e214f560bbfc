/** The text of `perch stream --list`. Pure. */
import type { DeviceList } from '@perch/streamer';

export function formatDevices({ cameras, missing, encoders }: DeviceList): string {
  const none = { name: '(none)', about: missing ?? '' };
  return [
    'Cameras, as --source names them:',
    ...formatRows(cameras.length === 0 ? [none] : cameras),
    '',
    'Encoders, as --encoder names them:',
    ...formatRows(encoders),
    '',
  ].join('\n');
}

function formatRows(rows: readonly { readonly name: string; readonly about: string }[]): string[] {
  const width = Math.max(...rows.map(({ name }) => name.length));
  return rows.map(({ name, about }) => `  ${name.padEnd(width)}  ${about}`.trimEnd());
}
