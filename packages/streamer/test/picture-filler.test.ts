import { expect, test } from 'vitest';
import { PictureFiller } from '../src/domain/picture-filler.ts';
import type { PicturePlanes } from '../src/domain/test-pattern.ts';

const SIZE = { width: 4, height: 2 };

/** Bytes 1 to 12 are the first picture's, 13 to 24 the second one's. */
function filled(chunkBytes: number, strides: PicturePlanes['strides']) {
  const pictures: number[][][] = [];
  let planes: PicturePlanes | undefined;
  const filler = new PictureFiller(
    SIZE,
    () => {
      const data = [strides[0] * 2, strides[1], strides[2]].map((length) => new Uint8Array(length));
      planes = { data: data as unknown as PicturePlanes['data'], strides };
      return planes;
    },
    () => pictures.push(planes!.data.map((plane) => [...plane])),
  );
  const bytes = Uint8Array.from({ length: 30 }, (_, index) => index + 1);
  for (let at = 0; at < bytes.length; at += chunkBytes) filler.push(bytes.subarray(at, at + chunkBytes));
  return pictures;
}

test.each([1, 3, 5, 12, 13, 30])('in chunks of %d bytes, pictures come out whole', (chunkBytes) => {
  expect(filled(chunkBytes, [4, 2, 2])).toEqual([
    [
      [1, 2, 3, 4, 5, 6, 7, 8],
      [9, 10],
      [11, 12],
    ],
    [
      [13, 14, 15, 16, 17, 18, 19, 20],
      [21, 22],
      [23, 24],
    ],
  ]);
});

test('rows that are padded in memory stay padded', () => {
  expect(filled(7, [6, 3, 3])[0]).toEqual([
    [1, 2, 3, 4, 0, 0, 5, 6, 7, 8, 0, 0],
    [9, 10, 0],
    [11, 12, 0],
  ]);
});
