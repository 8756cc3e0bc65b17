// How well a face can be read: Mien.FaceQuality in JavaScript, which says where the figures come from.
import { locate } from './aligner.js';

const NOSE_REACH = 1.2;
const NOSE_HEIGHT = 0.549;
const NOSE_DEPTH = 0.5;
const ENOUGH_PIXELS = 48;
const ENOUGH_SHARPNESS = 0.5;
const MEDIAN_SHARPNESS = 0.128;

/** Judges a face by its points and its aligned crop. */
export function qualityOf(points, crop, size) {
  const [rightEye, leftEye, nose, mouth, rightEar, leftEar] = points;
  const { side, degrees } = locate(points);
  const angle = radians(degrees);
  // Across and down the face from one point to another, in pixels.
  const along = (to, from) => {
    const [x, y] = [to[0] - from[0], to[1] - from[1]];
    return { across: Math.cos(angle) * x + Math.sin(angle) * y, down: Math.cos(angle) * y - Math.sin(angle) * x };
  };
  const eyes = middle(rightEye, leftEye);
  const noseAcross = along(nose, middle(rightEar, leftEar)).across;
  const ears = along(leftEar, rightEar).across;
  const yaw = degreesOf(2 * noseAcross / (NOSE_REACH * Math.max(ears, 1e-3)));
  const pitch = degreesOf((along(nose, eyes).down / Math.max(along(mouth, eyes).down, 1e-3) - NOSE_HEIGHT) / NOSE_DEPTH);
  const sharpness = sharpnessOf(crop, size);
  const score = Math.min(1, side / ENOUGH_PIXELS) * Math.min(1, sharpness / ENOUGH_SHARPNESS) * Math.cos(radians(yaw)) * Math.cos(radians(pitch));
  return { score, pixels: side, sharpness, roll: degrees, yaw, pitch };
}

/** Mean absolute Laplacian by the standard deviation of the grey levels, in units of FER2013's median. */
function sharpnessOf(crop, size) {
  let edges = 0;
  let sum = 0;
  let squares = 0;
  for (let y = 1; y < size - 1; y++) {
    for (let i = y * size + 1; i < (y + 1) * size - 1; i++) {
      edges += Math.abs(4 * crop[i] - crop[i - 1] - crop[i + 1] - crop[i - size] - crop[i + size]);
      sum += crop[i];
      squares += crop[i] * crop[i];
    }
  }
  const count = (size - 2) * (size - 2);
  const mean = sum / count;
  const deviation = Math.sqrt(Math.max(squares / count - mean * mean, 0));
  return edges / count / 4 / Math.max(deviation, 1) / MEDIAN_SHARPNESS;
}

const middle = (one, other) => [(one[0] + other[0]) / 2, (one[1] + other[1]) / 2];
const radians = degrees => degrees * Math.PI / 180;
const degreesOf = tangent => Math.atan(tangent) * 180 / Math.PI;
