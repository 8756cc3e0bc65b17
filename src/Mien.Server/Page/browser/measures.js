// Light, contrast, noise and sharpness of an aligned face: Mien.Imaging.CropMeasures in JavaScript, which says where the
// figures come from.

const ENOUGH_LIGHT = 16;
const WHITE = 250;
const MEDIAN_SHARPNESS = 0.175;
const NOISE_GAIN = 6 * 0.6745;

/** Measures a crop of [size*size] gray levels. */
export function measure(crop, size) {
  const { mean, variance, white } = middleOf(crop, size);
  const noise = noiseOf(crop, size);
  return {
    exposure: Math.min(1, mean / ENOUGH_LIGHT) * (1 - white),
    contrast: Math.sqrt(Math.max(variance - noise * noise, 0)),
    noise,
    sharpness: sharpnessOf(crop, size),
  };
}

/** Mean, variance and share of white of the middle two thirds. */
function middleOf(crop, size) {
  const edge = Math.floor(size / 6);
  let sum = 0;
  let squares = 0;
  let white = 0;
  for (let y = edge; y < size - edge; y++) {
    for (let i = y * size + edge; i < (y + 1) * size - edge; i++) {
      sum += crop[i];
      squares += crop[i] * crop[i];
      if (crop[i] >= WHITE) white++;
    }
  }
  const count = (size - 2 * edge) ** 2;
  const mean = sum / count;
  return { mean, variance: squares / count - mean * mean, white: white / count };
}

/** Deviation of the noise: the median of the second difference along both axes (after Immerkaer 1996). */
function noiseOf(crop, size) {
  const counts = new Uint32Array(8 * 255 + 1);
  for (let y = 1; y < size - 1; y++) {
    for (let i = y * size + 1; i < (y + 1) * size - 1; i++) counts[Math.abs(corner(crop, i, size))]++;
  }
  const half = Math.floor((size - 2) ** 2 / 2);
  let median = 0;
  let before = 0;
  while (before + counts[median] <= half) before += counts[median++];
  return Math.max(median - 0.5 + (half + 0.5 - before) / counts[median], 0) / NOISE_GAIN;
}

/** Root mean square of the Laplacian by the deviation of the gray levels, both freed of noise, in units of FER2013's median. */
function sharpnessOf(crop, size) {
  let edges = 0;
  let corners = 0;
  let sum = 0;
  let squares = 0;
  for (let y = 1; y < size - 1; y++) {
    for (let i = y * size + 1; i < (y + 1) * size - 1; i++) {
      edges += (4 * crop[i] - crop[i - 1] - crop[i + 1] - crop[i - size] - crop[i + size]) ** 2;
      corners += corner(crop, i, size) ** 2;
      sum += crop[i];
      squares += crop[i] * crop[i];
    }
  }
  const count = (size - 2) ** 2;
  const mean = sum / count;
  const noise = corners / count / 36;
  const detail = Math.max(edges / count - 20 * noise, 0);
  const contrast = Math.max(squares / count - mean * mean - noise, 1);
  return Math.sqrt(detail / contrast) / 4 / MEDIAN_SHARPNESS;
}

const corner = (crop, i, size) =>
  crop[i - size - 1] - 2 * crop[i - size] + crop[i - size + 1]
  - 2 * crop[i - 1] + 4 * crop[i] - 2 * crop[i + 1]
  + crop[i + size - 1] - 2 * crop[i + size] + crop[i + size + 1];
