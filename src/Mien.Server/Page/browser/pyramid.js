// A picture with its halves, quarters and so on: Mien.Imaging.Pyramid, Sampler and Resample in JavaScript.
import { clamp } from './boxes.js';

/** The whole part of the binary logarithm of a number of 1 and more. */
const log2 = value => 31 - Math.clz32(value);

// From so many pixels a side on, a square's mean alone counts.
const NO_POINTS = 1.5;

export class Pyramid {
  #levels;

  /** Over { width, height, pixels }: four bytes a pixel, the fourth unused. */
  constructor(first) {
    this.#levels = [first];
  }

  get width() { return this.#levels[0].width; }

  get height() { return this.#levels[0].height; }

  /** The picture shrunk by 2 to the power of `index`; the last level where it gets no smaller. */
  level(index) {
    return this.#levels[this.#existing(index)];
  }

  /** Point samples that lie `step` of the full picture's pixels apart. */
  at(step) {
    return this.#on(this.#existing(step < 2 ? 0 : log2(step)), 1, 1);
  }

  /** Means over squares of `step` of the full picture's pixels, 2 to 4 of their level's; samples between pixels where they are smaller than pixels. */
  means(step) {
    const index = this.#existing(step < 4 ? 0 : log2(step) - 1);
    const side = step / 2 ** index;
    return this.#on(index, index === 0 ? side : Math.sqrt(side * side - 1), clamp(2 * (NO_POINTS - step), 0, 1));
  }

  /** A pyramid of its own whose full picture is this one made smaller by `ratio`, above 0, at most 1. */
  shrink(ratio) {
    const index = log2(1 / ratio);
    // A hundredth of a pixel is a rounding error.
    const shrunk = side => Math.max(1, Math.ceil(side * ratio - 0.01));
    return new Pyramid(resample(this.level(index), 1 / (ratio * 2 ** index), shrunk(this.width), shrunk(this.height)));
  }

  /** A pyramid of its own with other levels of each color, `table[level]`. */
  map(table) {
    const { width, height, pixels } = this.#levels[0];
    return new Pyramid({ width, height, pixels: Uint8Array.from(pixels, level => table[level]) });
  }

  #on(index, side, points) {
    return new Sampler(this.#levels[index], this.width, this.height, 2 ** -index, side, points);
  }

  /** Makes levels up to one; the last that there is. */
  #existing(index) {
    const levels = this.#levels;
    while (levels.length <= index && Math.max(levels.at(-1).width, levels.at(-1).height) > 1) levels.push(halve(levels.at(-1)));
    return Math.min(index, levels.length - 1);
  }

  /** A pyramid of its own whose full picture is this one turned so that what is turned clockwise by 1 to 3 quarters stands upright. */
  turn(quarters) {
    const [width, height] = quarters === 2 ? [this.width, this.height] : [this.height, this.width];
    const from = this.level(0).pixels;
    const pixels = new Uint8Array(width * height * 4);
    // The first pixel of a line, and the way to the next one and to the next line.
    const [first, across, down] = {
      1: [this.width - 1, this.width, -1],
      2: [this.width * this.height - 1, -1, -this.width],
      3: [(this.height - 1) * this.width, -this.width, 1],
    }[quarters];
    for (let y = 0, to = 0; y < height; y++) {
      for (let x = 0, i = (first + y * down) * 4; x < width; x++, i += across * 4, to += 4) {
        for (let color = 0; color < 3; color++) pixels[to + color] = from[i + color];
      }
    }
    return new Pyramid({ width, height, pixels });
  }
}

/** Averages 2x2 pixels; where a side is odd, the last one goes on. */
function halve({ width: fromWidth, height: fromHeight, pixels: from }) {
  const width = (fromWidth + 1) >> 1;
  const height = (fromHeight + 1) >> 1;
  const pixels = new Uint8Array(width * height * 4);
  for (let y = 0, to = 0; y < height; y++) {
    const below = (Math.min(2 * y + 1, fromHeight - 1) - 2 * y) * fromWidth * 4;
    for (let x = 0, i = 2 * y * fromWidth * 4; x < width; x++, i += 8, to += 4) {
      const right = 2 * x + 1 < fromWidth ? 4 : 0;
      for (let color = 0; color < 3; color++) {
        const j = i + color;
        pixels[to + color] = (from[j] + from[j + right] + from[j + below] + from[j + below + right] + 2) >> 2;
      }
    }
  }
  return { width, height, pixels };
}

/** Samples a level bilinearly at the middles of a coarser grid's pixels, `step` of the level's wide. */
function resample(from, step, width, height) {
  const pixels = new Uint8Array(width * height * 4);
  const place = (index, size) => {
    const exact = clamp((index + 0.5) * step - 0.5, 0, size - 1);
    const first = Math.floor(exact);
    return [first, Math.min(first + 1, size - 1), Math.floor((exact - first) * 256)];
  };
  const mix = (one, other, share) => (one * (256 - share) + other * share) >> 8;
  const columns = Array.from({ length: width }, (_, x) => place(x, from.width));
  for (let y = 0, to = 0; y < height; y++) {
    const [top, bottom, down] = place(y, from.height);
    for (const [left, right, across] of columns) {
      const [a, b, c, d] = [top * from.width + left, top * from.width + right, bottom * from.width + left, bottom * from.width + right];
      for (let color = 0; color < 3; color++) {
        const at = pixel => from.pixels[pixel * 4 + color];
        pixels[to + color] = mix(mix(at(a), at(b), across), mix(at(c), at(d), across), down);
      }
      to += 4;
    }
  }
  return { width, height, pixels };
}

/** Samples one level, addressed in pixels of the full picture. */
class Sampler {
  /** `scale` is the level's pixels in one of the full picture's, `side` that of the squares that `mean` takes, `points` the share of samples between pixels in them. */
  constructor({ width, height, pixels }, fullWidth, fullHeight, scale, side, points) {
    Object.assign(this, { width, height, pixels, fullWidth, fullHeight, scale, side: Math.max(side, 0.01), points });
  }

  /** Whether a point of the full picture lies inside it. */
  contains(x, y) {
    return x >= 0 && y >= 0 && x < this.fullWidth && y < this.fullHeight;
  }

  /** Writes the color at a point, 0 to 255 each, bilinear; beyond the edge the edge goes on. */
  sample(x, y, to) {
    const { width, height, pixels, scale } = this;
    const left = clamp(x * scale - 0.5, 0, width - 1);
    const top = clamp(y * scale - 0.5, 0, height - 1);
    const x0 = Math.floor(left);
    const y0 = Math.floor(top);
    const x1 = Math.min(x0 + 1, width - 1);
    const y1 = Math.min(y0 + 1, height - 1);
    const fx = left - x0;
    const fy = top - y0;
    for (let color = 0; color < 3; color++) {
      const at = (column, row) => pixels[(row * width + column) * 4 + color];
      to[color] = (at(x0, y0) * (1 - fx) + at(x1, y0) * fx) * (1 - fy) + (at(x0, y1) * (1 - fx) + at(x1, y1) * fx) * fy;
    }
  }

  /** Writes the mean over an upright square around a point, or in part a sample there, 0 to 255 for each color; beyond the edge the edge goes on. */
  mean(x, y, to) {
    to.fill(0);
    if (this.points < 1) this.#addSquare(x * this.scale, y * this.scale, 1 - this.points, to);
    if (this.points > 0) this.#addCubic(x * this.scale, y * this.scale, this.points, to);
  }

  #addSquare(x, y, share, to) {
    const { width, height, pixels, side } = this;
    const left = x - side / 2;
    const top = y - side / 2;
    const right = left + side;
    const bottom = top + side;
    for (let row = Math.floor(top); row < bottom; row++) {
      const down = share * (Math.min(bottom, row + 1) - Math.max(top, row)) / (side * side);
      const line = clamp(row, 0, height - 1) * width;
      for (let column = Math.floor(left); column < right; column++) {
        const weight = down * (Math.min(right, column + 1) - Math.max(left, column));
        const pixel = (line + clamp(column, 0, width - 1)) * 4;
        for (let color = 0; color < 3; color++) to[color] += weight * pixels[pixel + color];
      }
    }
  }

  /** By bicubic interpolation (Keys 1981, a = -0.5). */
  #addCubic(x, y, share, to) {
    const { width, height, pixels } = this;
    const left = clamp(x - 0.5, 0, width - 1);
    const top = clamp(y - 0.5, 0, height - 1);
    const columns = cubic(left % 1);
    const rows = cubic(top % 1);
    const sum = [0, 0, 0];
    for (let i = 0; i < 4; i++) {
      const line = clamp(Math.floor(top) - 1 + i, 0, height - 1) * width;
      for (let j = 0; j < 4; j++) {
        const weight = rows[i] * columns[j];
        const pixel = (line + clamp(Math.floor(left) - 1 + j, 0, width - 1)) * 4;
        for (let color = 0; color < 3; color++) sum[color] += weight * pixels[pixel + color];
      }
    }
    for (let color = 0; color < 3; color++) to[color] += share * clamp(sum[color], 0, 255);
  }
}

/** Weights of the pixel before, the two around and the pixel after a point, `t` past the second. */
const cubic = t => [((-0.5 * t + 1) * t - 0.5) * t, (1.5 * t - 2.5) * t * t + 1, ((-1.5 * t + 2) * t + 0.5) * t, (0.5 * t - 0.5) * t * t];
