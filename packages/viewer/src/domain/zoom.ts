/**
 * How far a picture is zoomed in, and which part of it is seen. Pure: points are CSS pixels from the middle of the box that
 * the picture is shown in. Not here: fingers, wheels and keys.
 */

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Where a point of the picture is seen: `offset + scale * point`. */
export interface Zoom {
  readonly scale: number;
  readonly offset: Point;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A box, and a picture that is as large in it as it can be whole (`object-fit: contain`). */
export interface View {
  readonly box: Size;
  readonly picture: Size;
}

export const NO_ZOOM: Zoom = { scale: 1, offset: { x: 0, y: 0 } };

/** A 720p picture shows one pixel of the camera as eight then; there is nothing more to see. */
export const MAX_SCALE = 8;

/** How a picture of `pixels` lies in `box`. One without a size yet fills it. */
export function viewOf(pixels: Size, box: Size): View {
  if (pixels.width === 0 || pixels.height === 0) return { box, picture: box };
  const fit = Math.min(box.width / pixels.width, box.height / pixels.height);
  return { box, picture: { width: pixels.width * fit, height: pixels.height * fit } };
}

/** Zooms by `factor`; what is seen at `at` stays there, as far as the picture reaches. */
export function zoomBy(zoom: Zoom, factor: number, at: Point, view: View): Zoom {
  return carry(zoom, factor, { from: at, to: at }, view);
}

export function panBy(zoom: Zoom, by: Point, view: View): Zoom {
  return bounded({ ...zoom, offset: { x: zoom.offset.x + by.x, y: zoom.offset.y + by.y } }, view);
}

/** Two fingers moved: what was under each of them is under it again, but for turning. */
export function pinch(
  zoom: Zoom,
  [a, b]: readonly [Point, Point],
  [c, d]: readonly [Point, Point],
  view: View,
): Zoom {
  const before = middle(a, b);
  const after = middle(c, d);
  // Fingers that touch have no distance to grow from.
  const factor = distance(c, d) / Math.max(1, distance(a, b));
  return carry(zoom, factor, { from: before, to: after }, view);
}

/** Zooms, and what was seen at `from` is seen at `to`. */
function carry(zoom: Zoom, factor: number, { from, to }: { from: Point; to: Point }, view: View): Zoom {
  const scale = Math.min(MAX_SCALE, Math.max(1, zoom.scale * factor));
  const ratio = scale / zoom.scale;
  const offset = {
    x: to.x - (from.x - zoom.offset.x) * ratio,
    y: to.y - (from.y - zoom.offset.y) * ratio,
  };
  return bounded({ scale, offset }, view);
}

/** No edge of the picture comes further in than it has to: a picture smaller than its box stays in the middle. */
export function bounded({ scale, offset }: Zoom, { box, picture }: View): Zoom {
  const within = (value: number, length: number, room: number) => {
    const most = Math.max(0, (length * scale - room) / 2);
    // Plus 0: a bound of 0 would otherwise give -0.
    return Math.min(most, Math.max(-most, value)) + 0;
  };
  return {
    scale,
    offset: {
      x: within(offset.x, picture.width, box.width),
      y: within(offset.y, picture.height, box.height),
    },
  };
}

function middle(a: Point, b: Point): Point {
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
