/**
 * The built-in test picture: an evening sky over hills, a bird that walks along a wire, a sun that sets every
 * minute, the wall clock, and the time strip (SPEC.md, STRIP rules) across the top. The sky has grain, as a real
 * sensor's pictures do, so that the encoder has as much to do as with a camera.
 */
import { encodeTimeStrip, TIME_STRIP_LUMA, timeStripColumn, timeStripHeight } from '@perch/protocol';
import type { VideoFormat } from '@perch/rtp';
import { drawText, GLYPH_HEIGHT } from './bitmap-font.ts';

/** A yuv420p picture's memory: `data[0]` luma, `data[1]` and `data[2]` chroma at half size; strides in bytes. */
export interface PicturePlanes {
  readonly data: readonly [Uint8Array, Uint8Array, Uint8Array];
  readonly strides: readonly [number, number, number];
}

type Colour = readonly [luma: number, cb: number, cr: number];

const NEUTRAL_CHROMA = 128;
const INK: Colour = [32, 132, 126];
const PAPER: Colour = [225, 122, 134];
const SUN: Colour = [220, 90, 160];
const ZENITH: Colour = [52, 148, 122];
const HORIZON: Colour = [168, 104, 158];

/** Pictures of grain that take turns: neighbours differ, and painting one is a copy. */
const GRAIN_PICTURES = 4;
const GRAIN_LUMA = 5;

/** So much that 720p at 30/s would fill 17 Mbit/s at ordinary quality: the encoder's rate is what limits it. */
export const COARSE_GRAIN_LUMA = 8;

const BIRD = [
  '....##......',
  '...####.....',
  '..##.###....',
  '####.####...',
  '..########..',
  '..##########',
  '...########.',
  '....#####...',
  '.....#.#....',
  '.....#.#....',
];

export interface TestPatternOptions {
  /** How far a pixel may be from its colour. */
  readonly grainLuma?: number | undefined;
}

export class TestPattern {
  readonly #format: VideoFormat;
  readonly #grainLuma: number;
  readonly #backgrounds: readonly PicturePlanes[];
  readonly #dot: number;
  readonly #wireY: number;

  constructor(format: VideoFormat, { grainLuma = GRAIN_LUMA }: TestPatternOptions = {}) {
    this.#format = format;
    this.#grainLuma = grainLuma;
    this.#dot = Math.max(2, Math.floor(format.width / 640) * 2);
    this.#wireY = Math.floor(format.height * 0.46);
    this.#backgrounds = Array.from({ length: GRAIN_PICTURES }, (_, seed) => this.#background(seed));
  }

  /** Paints the picture of `unixMs` over all of `planes`. */
  paint(planes: PicturePlanes, unixMs: number, index: number): void {
    copyPicture(this.#backgrounds[index % GRAIN_PICTURES] as PicturePlanes, planes, this.#format);
    const canvas = new Canvas(planes, this.#format);
    this.#sun(canvas, unixMs);
    this.#bird(canvas, unixMs);
    this.#text(canvas, unixMs);
    paintTimeStrip(planes, this.#format.width, unixMs);
  }

  #background(seed: number): PicturePlanes {
    const { width, height } = this.#format;
    const planes: PicturePlanes = {
      data: [
        new Uint8Array(width * height),
        new Uint8Array((width * height) / 4),
        new Uint8Array((width * height) / 4),
      ],
      strides: [width, width / 2, width / 2],
    };
    const canvas = new Canvas(planes, this.#format);
    for (let y = 0; y < height; y += 2) {
      const depth = Math.min(1, y / (height * 0.75));
      canvas.fill(0, y, width, 2, mix(ZENITH, HORIZON, depth));
    }
    for (let x = 0; x < width; x += 2) {
      const t = x / width;
      const far = height * (0.72 + 0.05 * Math.sin(t * 7) + 0.02 * Math.sin(t * 23));
      const near = height * (0.84 + 0.05 * Math.sin(t * 5 + 2) + 0.015 * Math.sin(t * 31));
      canvas.fill(x, far, 2, near - far, [82, 134, 126]);
      canvas.fill(x, near, 2, height - near, [54, 130, 124]);
    }
    canvas.fill(0, this.#wireY, width, this.#dot, INK);
    grain(planes.data[0], seed, this.#grainLuma);
    return planes;
  }

  #sun(canvas: Canvas, unixMs: number): void {
    const { width, height } = this.#format;
    const phase = (unixMs % 60_000) / 60_000;
    const radius = height / 11;
    const centre = { x: phase * width, y: height * (0.62 - 0.42 * Math.sin(phase * Math.PI)) };
    for (let y = -radius; y < radius; y += 2) {
      const half = Math.sqrt(radius * radius - y * y);
      canvas.fill(centre.x - half, centre.y + y, 2 * half, 2, SUN);
    }
  }

  #bird(canvas: Canvas, unixMs: number): void {
    const seconds = unixMs / 1000;
    const dot = this.#dot * 2;
    const walk = Math.sin(seconds * 0.7);
    const hop = Math.abs(Math.sin(seconds * 5)) * dot * 2;
    const x = this.#format.width * (0.5 + 0.35 * walk);
    const y = this.#wireY - BIRD.length * dot - hop;
    const looksRight = Math.cos(seconds * 0.7) > 0;
    BIRD.forEach((row, rowIndex) => {
      [...row].forEach((pixel, column) => {
        if (pixel !== '#') return;
        const across = looksRight ? row.length - 1 - column : column;
        canvas.fill(x + across * dot, y + rowIndex * dot, dot, dot, INK);
      });
    });
  }

  #text(canvas: Canvas, unixMs: number): void {
    const { width, height, framesPerSecond } = this.#format;
    const big = this.#dot * 2;
    const left = this.#dot * 8;
    const top = height - (GLYPH_HEIGHT + 3) * big - (GLYPH_HEIGHT + 3) * this.#dot;
    canvas.text(new Date(unixMs).toISOString().slice(11, 23), left, top, big, PAPER);
    const facts = `UTC  ${width}x${height}  ${framesPerSecond} FPS  PERCH TEST`;
    canvas.text(facts, left, top + (GLYPH_HEIGHT + 2) * big, this.#dot, PAPER);
  }
}

/** Draws the strip: luma by cell, chroma neutral (SPEC.md, STRIP1 to STRIP3). */
export function paintTimeStrip(planes: PicturePlanes, width: number, unixMs: number): void {
  const height = timeStripHeight(width);
  if (height === 0) return;
  const [luma, cb, cr] = planes.data;
  const cells = encodeTimeStrip(unixMs);
  cells.forEach((cell, index) => {
    luma.fill(
      cell === 1 ? TIME_STRIP_LUMA.one : TIME_STRIP_LUMA.zero,
      timeStripColumn(index, width),
      timeStripColumn(index + 1, width),
    );
  });
  for (let y = 1; y < height; y++) luma.copyWithin(y * planes.strides[0], 0, width);
  for (let y = 0; y < height / 2; y++) {
    cb.fill(NEUTRAL_CHROMA, y * planes.strides[1], y * planes.strides[1] + width / 2);
    cr.fill(NEUTRAL_CHROMA, y * planes.strides[2], y * planes.strides[2] + width / 2);
  }
}

/** Filled rectangles on a 4:2:0 picture, cut at its edges; positions and sizes are rounded to even pixels. */
class Canvas {
  readonly #planes: PicturePlanes;
  readonly #width: number;
  readonly #height: number;

  constructor(planes: PicturePlanes, format: VideoFormat) {
    this.#planes = planes;
    this.#width = format.width;
    this.#height = format.height;
  }

  fill(x: number, y: number, width: number, height: number, [luma, cb, cr]: Colour): void {
    const left = even(Math.max(0, x));
    const right = even(Math.min(this.#width, x + width));
    const top = even(Math.max(0, y));
    const bottom = even(Math.min(this.#height, y + height));
    if (right <= left) return;
    const { data, strides } = this.#planes;
    for (let row = top; row < bottom; row++) {
      data[0].fill(luma, row * strides[0] + left, row * strides[0] + right);
    }
    for (let row = top / 2; row < bottom / 2; row++) {
      data[1].fill(cb, row * strides[1] + left / 2, row * strides[1] + right / 2);
      data[2].fill(cr, row * strides[2] + left / 2, row * strides[2] + right / 2);
    }
  }

  text(text: string, x: number, y: number, dot: number, colour: Colour): void {
    drawText(text, (column, row) => this.fill(x + column * dot, y + row * dot, dot, dot, colour));
  }
}

function even(value: number): number {
  return Math.round(value / 2) * 2;
}

function mix(from: Colour, to: Colour, share: number): Colour {
  const at = (index: 0 | 1 | 2) => Math.round(from[index] + (to[index] - from[index]) * share);
  return [at(0), at(1), at(2)];
}

/** Adds noise that is the same at every run: a linear congruential generator (Numerical Recipes, 7.1). */
function grain(luma: Uint8Array, seed: number, most: number): void {
  let state = seed + 1;
  for (let index = 0; index < luma.length; index++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    luma[index] = (luma[index] ?? 0) + ((state >>> 24) % (2 * most + 1)) - most;
  }
}

function copyPicture(from: PicturePlanes, to: PicturePlanes, format: VideoFormat): void {
  ([0, 1, 2] as const).forEach((plane) => {
    const width = plane === 0 ? format.width : format.width / 2;
    const height = plane === 0 ? format.height : format.height / 2;
    if (from.strides[plane] === to.strides[plane]) {
      to.data[plane].set(from.data[plane].subarray(0, from.strides[plane] * height));
      return;
    }
    for (let y = 0; y < height; y++) {
      const start = y * from.strides[plane];
      to.data[plane].set(from.data[plane].subarray(start, start + width), y * to.strides[plane]);
    }
  });
}
