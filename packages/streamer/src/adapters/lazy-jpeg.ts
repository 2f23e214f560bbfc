/** Loads node-av for the first still picture, and not before: a stream that somebody else codes goes without it. */
import type { EncodeJpeg } from '../domain/snapshots.ts';

export const lazyJpeg: EncodeJpeg = async (keyframe) => {
  const loaded = await import('./av/jpeg-encoder.ts').catch(() => undefined);
  if (loaded === undefined) return { ok: false, reason: 'no-encoder' };
  return loaded.encodeJpeg(keyframe);
};
