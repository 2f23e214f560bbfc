/** FFmpeg's file reader, for real. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NAL_UNIT_TYPE, nalUnitType, parseSps, type VideoFormat } from '@perch/rtp';
import { describe, expect, onTestFinished, test } from 'vitest';
import { EncodedSource } from '../src/adapters/av/encoded-source.ts';
import { filePictures } from '../src/adapters/av/file-pictures.ts';
import { systemClock } from '../src/adapters/system-clock.ts';
import { FORMAT, silentLog } from './support/fakes.ts';
import { PictureCollector } from './support/picture-collector.ts';
import { recordedClip } from './support/recorded-clip.ts';

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'perch-video-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

describe('the file source', () => {
  const open = (path: string, format: VideoFormat, events = new PictureCollector().events) =>
    EncodedSource.open(
      { format, openPictures: (wanted) => filePictures(path, wanted), clock: systemClock, log: silentLog },
      events,
    );

  test.each(["we'ird: na,me[1];.h264", '100% \\ ünï=code @x.h264'])(
    '%s is played, again and again',
    async (name) => {
      const path = join(await temporaryFolder(), name);
      await writeFile(path, await recordedClip({ count: 4 }));

      const collected = new PictureCollector();
      const wanted = { ...FORMAT, width: 160, height: 120, framesPerSecond: 60 };
      const source = await open(path, wanted, collected.events);
      source.main.setBitsPerSecond(wanted.bitsPerSecond);
      await collected.until(() => collected.pictures.length >= 30 || collected.ends.length > 0);
      await source.close();
      expect(collected.ends).toEqual([]);
      const sps = collected.pictures[0]!.accessUnit.nalUnits.find(
        (unit) => nalUnitType(unit) === NAL_UNIT_TYPE.sps,
      );
      expect(parseSps(sps!)).toMatchObject({ width: 160, height: 120 });
    },
  );

  test('one that is not there, is no video or is a folder is source-failed, and named', async () => {
    const folder = await temporaryFolder();
    const noise = join(folder, 'noise.mp4');
    await writeFile(
      noise,
      Uint8Array.from({ length: 5_000 }, (_, n) => (n * n * 31 + n * 7) >> 3),
    );
    for (const path of [join(folder, 'missing.mp4'), noise, folder]) {
      await expect(open(path, FORMAT)).rejects.toMatchObject({
        name: 'StreamerError',
        reason: 'source-failed',
        message: expect.stringContaining(path),
      });
    }
  });
});
