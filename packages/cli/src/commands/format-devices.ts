/** The text of `perch stream --list`. Pure. */
import type { DeviceList } from '@perch/streamer';
import { inColumns } from '../text-table.ts';

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
  return inColumns(rows.map(({ name, about }) => [name, about])).map((line) => `  ${line}`);
}
