/** Which Raspberry Pi this is, and whether it encodes H.264 in hardware: the models before the Pi 5 do. */
import { readFile } from 'node:fs/promises';

const MODEL_FILE = '/proc/device-tree/model';

/** "Raspberry Pi 4 Model B Rev 1.5"; undefined where the machine does not say. */
export async function readPiModel(file = MODEL_FILE): Promise<string | undefined> {
  try {
    // The kernel ends it with a zero byte.
    return (await readFile(file, 'utf8')).replace(/\0+$/u, '').trim() || undefined;
  } catch {
    return undefined;
  }
}

/** Undefined for what is no Raspberry Pi: nobody knows. */
export function hasH264Hardware(model: string | undefined): boolean | undefined {
  if (model === undefined || !model.includes('Raspberry Pi')) return undefined;
  return !/Raspberry Pi (?:5|500|Compute Module 5)/u.test(model);
}
