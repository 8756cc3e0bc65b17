// The gray levels that faces are searched on: Mien.Faces.SearchLevels in JavaScript, which says why.
import { clamp } from './boxes.js';

const LEAST_RANGE = 96;
const RANGE = 220;
const MOST_GAIN = 20;
const COUNTED_SIDE = 64;
const TAIL = 0.01;
const LEVELS = 256;

/** A copy whose levels are stretched; the picture itself where they need not be. */
export function stretched(pyramid) {
  const { width, height, pixels } = pyramid.level(Math.floor(Math.log2(Math.max(1, Math.max(pyramid.width, pyramid.height) / COUNTED_SIDE))));
  const counts = new Int32Array(LEVELS);
  for (let i = 0; i < width * height * 4; i += 4) {
    for (let color = 0; color < 3; color++) counts[pixels[i + color]]++;
  }
  const left = Math.floor(TAIL * width * height * 3);
  // The first level from one end on with more than `left` values at or before it.
  const beyond = (first, step) => {
    let level = first;
    for (let sum = counts[level]; sum <= left; sum += counts[level]) level += step;
    return level;
  };
  const low = beyond(0, 1);
  const high = beyond(LEVELS - 1, -1);
  if (high <= low || high - low >= LEAST_RANGE) return pyramid;
  const gain = Math.min(MOST_GAIN, RANGE / (high - low));
  const middle = (low + high) / 2;
  return pyramid.map(Uint8Array.from({ length: LEVELS }, (_, level) => clamp(Math.floor(127.5 + (level - middle) * gain + 0.5), 0, LEVELS - 1)));
}
