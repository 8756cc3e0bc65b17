// Where on a level faces of 24 to 48 of its pixels can be: Mien.Faces.SearchRegions in JavaScript, which says why.
import { MULTIPLE } from './blazeface.js';

const LEAST_DETAIL = 5 ** 4;
const BLOCK = 16;
const HALF_BLOCK = BLOCK / 2;
const MARGIN = 32;
const LONGEST_SIDE = 512;
const ALWAYS_SEARCHED = 256;

/** Parts { x, y, width, height } of a level that hold all places with detail. */
export function searchRegions(pyramid, index) {
  const level = pyramid.level(index);
  if (Math.max(level.width, level.height) <= ALWAYS_SEARCHED) return [rounded({ x: 0, y: 0, width: level.width, height: level.height }, level)];
  return new DetailMap(pyramid.level(index + 1), pyramid.level(index + 2)).cover(level);
}

function rounded({ x, y, width, height }, level) {
  const up = side => Math.ceil(side / MULTIPLE) * MULTIPLE;
  // Rather more of the picture than gray beyond its edge.
  return { x: Math.max(0, Math.min(x, level.width - up(width))), y: Math.max(0, Math.min(y, level.height - up(height))), width: up(width), height: up(height) };
}

/** For each place where four blocks meet, whether there is detail. */
class DetailMap {
  #columns;
  #rows;
  // Places with detail above and left of each place: any rectangle's count in four look-ups.
  #counts;

  constructor(half, quarter) {
    const across = Math.floor(half.width / HALF_BLOCK);
    const down = Math.floor(half.height / HALF_BLOCK);
    const detail = new Float32Array(across * down);
    for (let y = 0; y < down; y++) {
      for (let x = 0; x < across; x++) detail[y * across + x] = detailOf(half, quarter, x * HALF_BLOCK, y * HALF_BLOCK);
    }
    this.#columns = Math.max(across - 1, 0);
    this.#rows = Math.max(down - 1, 0);
    const stride = this.#columns + 1;
    const counts = this.#counts = new Int32Array(stride * (this.#rows + 1));
    for (let y = 0; y < this.#rows; y++) {
      for (let x = 0; x < this.#columns; x++) {
        const i = y * across + x;
        const any = detail[i] * detail[i + 1] * detail[i + across] * detail[i + across + 1] >= LEAST_DETAIL;
        const j = (y + 1) * stride + x + 1;
        counts[j] = counts[j - 1] + counts[j - stride] - counts[j - stride - 1] + (any ? 1 : 0);
      }
    }
  }

  cover(level) {
    const regions = [];
    this.#cover(this.#shrink(0, 0, this.#columns, this.#rows), level, regions);
    return regions;
  }

  /** Rectangles of little area over all places with detail: cuts in two as long as that saves a tenth. */
  #cover(places, level, regions) {
    if (places.right <= places.left) return;
    const { first, second, area } = this.#bestCut(places);
    const { width, height } = sides(places);
    if (area < Math.floor(areaOf(places) * 9 / 10) || Math.max(width, height) > LONGEST_SIDE) {
      this.#cover(first, level, regions);
      this.#cover(second, level, regions);
      return;
    }
    const x = Math.max((places.left + 1) * BLOCK - MARGIN, 0);
    const y = Math.max((places.top + 1) * BLOCK - MARGIN, 0);
    const right = Math.min(places.right * BLOCK + MARGIN, level.width);
    const bottom = Math.min(places.bottom * BLOCK + MARGIN, level.height);
    regions.push(rounded({ x, y, width: right - x, height: bottom - y }, level));
  }

  #bestCut({ left, top, right, bottom }) {
    let best = { area: Infinity };
    // Of cuts that save nothing the middle one is the best: what is too long has to be cut somewhere.
    const consider = (first, second, middle) => {
      const area = areaOf(first) + areaOf(second) - (middle ? 1 : 0);
      if (area < best.area) best = { first, second, area };
    };
    const wide = right - left >= bottom - top;
    const every = Math.max(1, Math.floor(Math.max(right - left, bottom - top) / 32));
    const middleOf = (from, to) => from + Math.floor(Math.floor((to - from) / every) / 2) * every;
    for (let x = left + every; x < right; x += every) consider(this.#shrink(left, top, x, bottom), this.#shrink(x, top, right, bottom), wide && x === middleOf(left, right));
    for (let y = top + every; y < bottom; y += every) consider(this.#shrink(left, top, right, y), this.#shrink(left, y, right, bottom), !wide && y === middleOf(top, bottom));
    return best;
  }

  /** The smallest rectangle with the same places that have detail; empty where there is none. */
  #shrink(left, top, right, bottom) {
    if (this.#count(left, top, right, bottom) === 0) return { left: 0, top: 0, right: 0, bottom: 0 };
    while (this.#count(left, top, left + 1, bottom) === 0) left++;
    while (this.#count(right - 1, top, right, bottom) === 0) right--;
    while (this.#count(left, top, right, top + 1) === 0) top++;
    while (this.#count(left, bottom - 1, right, bottom) === 0) bottom--;
    return { left, top, right, bottom };
  }

  #count(left, top, right, bottom) {
    const stride = this.#columns + 1;
    return this.#counts[bottom * stride + right] - this.#counts[top * stride + right] - this.#counts[bottom * stride + left] + this.#counts[top * stride + left];
  }
}

const sides = ({ left, top, right, bottom }) => ({ width: (right - left - 1) * BLOCK + 2 * MARGIN, height: (bottom - top - 1) * BLOCK + 2 * MARGIN });

function areaOf(places) {
  const { width, height } = sides(places);
  return places.right <= places.left ? 0 : width * height;
}

/** Mean difference of a block's green from the level above. */
function detailOf(half, quarter, left, top) {
  let sum = 0;
  for (let y = top; y < top + HALF_BLOCK; y++) {
    let i = (y * half.width + left) * 4 + 1;
    let j = ((y >> 1) * quarter.width + (left >> 1)) * 4 + 1;
    for (let x = 0; x < HALF_BLOCK; x += 2, i += 8, j += 4) sum += Math.abs(half.pixels[i] - quarter.pixels[j]) + Math.abs(half.pixels[i + 4] - quarter.pixels[j]);
  }
  return sum / (HALF_BLOCK * HALF_BLOCK);
}
