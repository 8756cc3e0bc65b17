// How well a face can be read: Mien.FaceQuality in JavaScript, which says where the figures come from.
import { locate } from './aligner.js';
import { measure } from './measures.js';

/** Side in pixels of the aligned face that quality is measured on. */
export const CROP_SIZE = 48;

const NOSE_REACH = 1.2;
const NOSE_HEIGHT = 0.549;
const NOSE_DEPTH = 0.5;
const ENOUGH_PIXELS = 48;
const ENOUGH_SHARPNESS = 0.5;
const ENOUGH_CONTRAST = 5;
const USUAL_NOISE = 0.11;
const USUAL_ROLL = 45;
const STRONG_ROLL = 120;
const UPSIDE_DOWN = 0.4;
const COVERED = 0.15;

/** Judges a face by its points, its aligned crop of CROP_SIZE pixels and what the cover network says. */
export function qualityOf(points, crop, { cover, upright }) {
  const { pixels, roll, yaw, pitch } = poseOf(points);
  const { exposure, contrast, noise, sharpness } = measure(crop, CROP_SIZE);
  const score = exposure * Math.min(1, contrast / ENOUGH_CONTRAST) * noiseShare(noise, contrast) * Math.min(1, sharpness / ENOUGH_SHARPNESS)
    * Math.min(1, pixels / ENOUGH_PIXELS) * rollShare(roll) * Math.cos(radians(yaw)) * Math.cos(radians(pitch)) * (1 - (1 - COVERED) * cover) * upright;
  return { score, exposure, contrast, noise, sharpness, pixels, roll, yaw, pitch, cover, upright };
}

const rollShare = roll => 1 - (1 - UPSIDE_DOWN) * Math.min(Math.max((Math.abs(roll) - USUAL_ROLL) / (STRONG_ROLL - USUAL_ROLL), 0), 1);

function noiseShare(noise, contrast) {
  const usual = USUAL_NOISE * Math.max(contrast, 1) / Math.max(noise, 1e-3);
  return usual >= 1 ? 1 : usual * Math.sqrt(usual);
}

/** Size and pose by the six points: Mien.Faces.FacePose in JavaScript. */
function poseOf(points) {
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
  return {
    pixels: side,
    roll: degrees,
    yaw: degreesOf(2 * noseAcross / (NOSE_REACH * Math.max(ears, 1e-3))),
    pitch: degreesOf((along(nose, eyes).down / Math.max(along(mouth, eyes).down, 1e-3) - NOSE_HEIGHT) / NOSE_DEPTH),
  };
}

const middle = (one, other) => [(one[0] + other[0]) / 2, (one[1] + other[1]) / 2];
const radians = degrees => degrees * Math.PI / 180;
const degreesOf = tangent => Math.atan(tangent) * 180 / Math.PI;
