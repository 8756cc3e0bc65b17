// Faces that are turned in the picture's plane: Mien.Faces.Turns in JavaScript, which says where the figures come from.
import { locate, transform } from './aligner.js';
import { centerOf } from './boxes.js';

const WINDOW_STEP = 45;
const BOX = { right: -0.008, down: -0.079, width: 0.916, height: 1.254 };

/** How far a face is turned, in degrees, clockwise as seen, -180 to 180. */
export const roll = face => locate(face.points).degrees;

/** How far a window is turned to look at a face. */
export const turnOfWindow = face => Math.round(roll(face) / WINDOW_STEP) * WINDOW_STEP;

/** Degrees between two ways to stand, 0 to 180. */
export function between(degrees, other) {
  const apart = Math.abs(degrees - other) % 360;
  return Math.min(apart, 360 - apart);
}

/** Whether two views of one face agree on how it stands, to 60 degrees. */
export function agree(one, other) {
  const [first, second] = [transform(one.points), transform(other.points)];
  return 2 * (first.a * second.a + first.b * second.b) > Math.hypot(first.a, first.b) * Math.hypot(second.a, second.b);
}

/** The same face as if it stood on its head in the same place. */
export function opposite(face) {
  const [x, y] = centerOf(face.box);
  return { ...face, points: face.points.map(point => [2 * x - point[0], 2 * y - point[1]]) };
}

/** A face of a picture turned by 1 to 3 quarters back to that picture, of some width and height. */
export function turnedBack({ box, score, points }, quarters, width, height) {
  const place = { 1: ([x, y]) => [width - y, x], 2: ([x, y]) => [width - x, height - y], 3: ([x, y]) => [y, height - x] }[quarters];
  const [x, y] = place(centerOf(box));
  const [across, down] = quarters === 2 ? [box.width, box.height] : [box.height, box.width];
  return { box: { x: x - across / 2, y: y - down / 2, width: across, height: down }, score, points: points.map(place) };
}

/** From the network's square, brow to chin, to the box that a person draws: hairline to chin, cheek to cheek. */
export function fit(face) {
  const angle = roll(face) * Math.PI / 180;
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
  const square = face.box;
  const [centerX, centerY] = centerOf(square);
  const width = square.width * Math.hypot(BOX.width * cosine, BOX.height * sine);
  const height = square.height * Math.hypot(BOX.height * cosine, BOX.width * sine);
  const x = centerX + square.width * (BOX.right * cosine - BOX.down * sine);
  const y = centerY + square.height * (BOX.right * sine + BOX.down * cosine);
  return { x: x - width / 2, y: y - height / 2, width, height };
}
