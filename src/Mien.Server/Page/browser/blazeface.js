// A BlazeFace network, run over windows of any size: Mien.Faces.BlazeFace in JavaScript.
import { openSession, run } from './network.js';

/** Sides of a window that the front network reads are multiples of this; the back network wants twice as much. */
export const MULTIPLE = 16;

const NUMBERS_AN_ANCHOR = 16;

// Anchors sit at the cells' centers: two a cell on a fine grid, six a cell on a grid half as fine.
const ANCHORS_A_CELL = [2, 6];

const normalized = Float32Array.from({ length: 256 }, (_, value) => value / 127.5 - 1);

export class BlazeFace {
  #session;
  #cell;

  /** Opens a network whose fine grid's cells have `cell` pixels a side: 8 the front one, 16 the back one. */
  static async open(bytes, cell) {
    const network = new BlazeFace();
    network.#session = await openSession(bytes);
    network.#cell = cell;
    return network;
  }

  /** Faces in a region of one level, whose pixels are `scale` of the full picture's. */
  async scan(level, scale, region, minScore) {
    const input = new Float32Array(region.width * region.height * 3);
    // Outside the picture the input stays 0, mid-gray.
    const left = Math.max(region.x, 0);
    const right = Math.min(region.x + region.width, level.width);
    for (let y = Math.max(region.y, 0); y < Math.min(region.y + region.height, level.height); y++) {
      let to = ((y - region.y) * region.width + left - region.x) * 3;
      for (let from = (y * level.width + left) * 4; from < (y * level.width + right) * 4; from += 4) {
        for (let color = 0; color < 3; color++) input[to++] = normalized[level.pixels[from + color]];
      }
    }
    const window = { x: region.x * scale, y: region.y * scale, step: scale, cosine: 1, sine: 0 };
    const found = await this.#run(input, [window], region.width, region.height, minScore);
    return found.map(([, face]) => face);
  }

  /** Looks at square parts of the picture, { center, side, degrees } each, sampled at `size` points a side: [place in squares, face] each. */
  async look(pyramid, squares, size, minScore) {
    const input = new Float32Array(squares.length * size * size * 3);
    const windows = squares.map(square => windowOf(square, size));
    const colors = new Float32Array(3);
    let to = 0;
    for (const window of windows) {
      const sampler = pyramid.at(window.step);
      for (let row = 0; row < size; row++) {
        for (let column = 0; column < size; column++, to += 3) {
          const [x, y] = pointAt(window, column + 0.5, row + 0.5);
          if (!sampler.contains(x, y)) continue;
          sampler.sample(x, y, colors);
          for (let color = 0; color < 3; color++) input[to + color] = colors[color] / 127.5 - 1;
        }
      }
    }
    return this.#run(input, windows, size, size, minScore);
  }

  async #run(input, windows, width, height, minScore) {
    // Scores of the fine and the coarse grid, then their boxes and points.
    const outputs = await run(this.#session, input, [windows.length, height, width, 3]);
    const logit = Math.log(minScore / (1 - minScore));
    const found = [];
    ANCHORS_A_CELL.forEach((anchorsACell, grid) => {
      const scores = outputs[grid];
      const numbers = outputs[grid + ANCHORS_A_CELL.length];
      const cell = this.#cell << grid;
      const columns = width / cell;
      const anchors = columns * (height / cell) * anchorsACell;
      if (scores.length !== anchors * windows.length || numbers.length !== scores.length * NUMBERS_AN_ANCHOR) throw new Error(`The face detector gives ${scores.length} scores for ${windows.length} windows of ${width}x${height}.`);
      for (let i = 0; i < scores.length; i++) {
        if (scores[i] < logit) continue;
        const place = Math.floor(i % anchors / anchorsACell);
        const anchor = [(place % columns + 0.5) * cell, (Math.floor(place / columns) + 0.5) * cell];
        const window = Math.floor(i / anchors);
        found.push([window, decode(numbers.subarray(i * NUMBERS_AN_ANCHOR, (i + 1) * NUMBERS_AN_ANCHOR), anchor, scores[i], windows[window])]);
      }
    });
    return found;
  }
}

/** Where a square lies: its first corner and the distance of its samples in the full picture's pixels, and its turn. */
function windowOf({ center, side, degrees }, size) {
  const cosine = Math.cos(degrees * Math.PI / 180);
  const sine = Math.sin(degrees * Math.PI / 180);
  return { x: center[0] - (cosine - sine) * side / 2, y: center[1] - (sine + cosine) * side / 2, step: side / size, cosine, sine };
}

/** The point of the picture that lies so many samples across and down a window. */
const pointAt = ({ x, y, step, cosine, sine }, across, down) => [x + (across * cosine - down * sine) * step, y + (across * sine + down * cosine) * step];

function decode(numbers, [anchorX, anchorY], logit, window) {
  const at = i => pointAt(window, anchorX + numbers[i], anchorY + numbers[i + 1]);
  const [centerX, centerY] = at(0);
  const width = numbers[2] * window.step;
  const height = numbers[3] * window.step;
  return {
    box: { x: centerX - width / 2, y: centerY - height / 2, width, height },
    score: 1 / (1 + Math.exp(-logit)),
    points: [at(4), at(6), at(8), at(10), at(12), at(14)],
  };
}
