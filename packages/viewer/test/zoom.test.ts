import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bounded, MAX_SCALE, NO_ZOOM, panBy, pinch, viewOf, type Zoom, zoomBy } from '../src/domain/zoom.ts';

/** A phone held upright, and a camera that is wide: 219.375 pixels high in it. */
const PHONE = viewOf({ width: 1280, height: 720 }, { width: 390, height: 844 });
const FULL = viewOf({ width: 1280, height: 720 }, { width: 1280, height: 720 });

/** Which point of the picture is seen at `at`. */
const under = ({ scale, offset }: Zoom, at: { x: number; y: number }) => ({
  x: (at.x - offset.x) / scale,
  y: (at.y - offset.y) / scale,
});

test('a picture is as large as its box lets it be whole, and fills the box before it has a size', () => {
  expect(PHONE.picture).toEqual({ width: 390, height: 219.375 });
  expect(viewOf({ width: 0, height: 0 }, { width: 390, height: 844 }).picture).toEqual({
    width: 390,
    height: 844,
  });
});

describe('zooming', () => {
  test('keeps what is seen under the pointer where it is', () => {
    const at = { x: 300, y: -200 };
    const zoom = zoomBy(zoomBy(NO_ZOOM, 2, at, FULL), 1.5, at, FULL);
    expect(zoom.scale).toBe(3);
    expect(under(zoom, at)).toEqual(at);
  });

  test('goes from the whole picture to eight times, not further', () => {
    const most = zoomBy(NO_ZOOM, 100, { x: 10, y: 10 }, FULL);
    expect(most.scale).toBe(MAX_SCALE);
    expect(zoomBy(most, 0.001, { x: -600, y: 300 }, FULL)).toEqual(NO_ZOOM);
  });

  test('leaves a picture in the middle of the side that it does not fill', () => {
    const zoom = zoomBy(NO_ZOOM, 2, { x: 0, y: 100 }, PHONE);
    // 438.75 high in 844: nothing to move up or down.
    expect(zoom.offset).toEqual({ x: 0, y: 0 });
    expect(zoomBy(NO_ZOOM, 8, { x: 0, y: 100 }, PHONE).offset.y).toBeCloseTo(-(219.375 * 8 - 844) / 2);
  });
});

describe('panning', () => {
  test('ends at the edge of the picture, on each side', () => {
    const zoom = zoomBy(NO_ZOOM, 2, { x: 0, y: 0 }, FULL);
    expect(panBy(zoom, { x: 10_000, y: -10_000 }, FULL).offset).toEqual({ x: 640, y: -360 });
    expect(panBy(zoom, { x: -50, y: 20 }, FULL).offset).toEqual({ x: -50, y: 20 });
  });

  test('moves nothing while the whole picture is seen', () => {
    expect(panBy(NO_ZOOM, { x: 40, y: 40 }, FULL)).toEqual(NO_ZOOM);
  });

  test('keeps the picture in a box that became another', () => {
    const corner = panBy(zoomBy(NO_ZOOM, 4, { x: 0, y: 0 }, FULL), { x: 9_999, y: 9_999 }, FULL);
    expect(corner.offset).toEqual({ x: 1920, y: 1080 });
    expect(bounded(corner, PHONE).offset).toEqual({ x: 585, y: (219.375 * 4 - 844) / 2 });
  });
});

describe('two fingers', () => {
  test('keep under them what they touched', () => {
    const before = zoomBy(NO_ZOOM, 2, { x: 0, y: 0 }, FULL);
    const fingers = [
      { x: -100, y: 0 },
      { x: 100, y: 40 },
    ] as const;
    const [a, b] = fingers.map(({ x, y }) => ({ x: x * 1.5 + 30, y: y * 1.5 - 20 }));
    const after = pinch(before, fingers, [a!, b!], FULL);
    expect(after.scale).toBeCloseTo(3);
    for (const [index, finger] of [a!, b!].entries()) {
      const { x, y } = under(before, fingers[index]!);
      expect(under(after, finger).x).toBeCloseTo(x);
      expect(under(after, finger).y).toBeCloseTo(y);
    }
  });

  test('that lie on each other zoom by a number all the same', () => {
    const point = { x: 5, y: 5 };
    const zoom = pinch(NO_ZOOM, [point, point], [point, { x: 9, y: 5 }], FULL);
    expect(zoom.scale).toBe(4);
  });
});

test('whatever is done, the picture covers what it can of its box', () => {
  const size = fc.record({
    width: fc.integer({ min: 1, max: 4000 }),
    height: fc.integer({ min: 1, max: 4000 }),
  });
  const point = fc.record({
    x: fc.integer({ min: -4000, max: 4000 }),
    y: fc.integer({ min: -4000, max: 4000 }),
  });
  const step = fc.record({ factor: fc.double({ min: 0.01, max: 100, noNaN: true }), at: point, by: point });
  fc.assert(
    fc.property(size, size, fc.array(step, { maxLength: 8 }), (pixels, box, steps) => {
      const view = viewOf(pixels, box);
      let zoom = NO_ZOOM;
      for (const { factor, at, by } of steps) zoom = panBy(zoomBy(zoom, factor, at, view), by, view);
      expect(zoom.scale).toBeGreaterThanOrEqual(1);
      expect(zoom.scale).toBeLessThanOrEqual(MAX_SCALE);
      for (const [side, axis] of [
        ['width', 'x'],
        ['height', 'y'],
      ] as const) {
        const room = Math.max(0, (view.picture[side] * zoom.scale - view.box[side]) / 2);
        expect(Math.abs(zoom.offset[axis])).toBeLessThanOrEqual(room + 1e-6);
      }
    }),
  );
});
