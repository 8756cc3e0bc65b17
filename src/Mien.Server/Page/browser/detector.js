// Finds faces: Mien.Faces.FaceDetector in JavaScript, which says what the figures mean and where they come from.
import { within } from './boxes.js';
import { BlazeFace } from './blazeface.js';
import { stretched } from './levels.js';
import { FaceLooks } from './looks.js';
import { searchRegions } from './regions.js';
import { merge } from './suppression.js';
import { fit, turnedBack } from './turns.js';

const SMALLEST_SEEN = 24;
const WHOLE_LOOK_SIZE = 128;
const SMALLEST_LEVEL = 1.5 * WHOLE_LOOK_SIZE;
const FIRST_SCORE = 0.5;

export class FaceDetector {
  #front;
  #looks;

  static async open(front, back) {
    const detector = new FaceDetector();
    detector.#front = await BlazeFace.open(front, 8);
    detector.#looks = new FaceLooks(detector.#front, await BlazeFace.open(back, 16));
    return detector;
  }

  /** Faces of a picture, from the most certain down; options as in DetectorOptions. */
  async detect(pyramid, { minScore, minFacePixels, minFaceShare, maxFaces, anyRotation }) {
    const { width, height } = pyramid;
    const smallest = Math.max(minFacePixels, minFaceShare * Math.max(width, height));
    const searched = stretched(pyramid);
    const candidates = merge(await this.#candidates(searched, smallest, Math.min(FIRST_SCORE, minScore), anyRotation ? 4 : 1));
    const faces = merge(await this.#looks.confirm(searched, candidates, minScore))
      .map(face => ({ ...face, box: within(fit(face), width, height) }))
      .filter(({ box }) => Math.max(box.width, box.height) >= smallest);
    return maxFaces > 0 ? faces.slice(0, maxFaces) : faces;
  }

  async #candidates(pyramid, smallest, minScore, turns) {
    const { width, height } = pyramid;
    const longer = Math.max(width, height);
    const whole = Array.from({ length: turns }, (_, turn) => ({ center: [width / 2, height / 2], side: longer, degrees: turn * 90 }));
    const candidates = (await this.#front.look(pyramid, whole, WHOLE_LOOK_SIZE, minScore)).map(([, face]) => face);
    // Where the smallest face is larger than the network needs, the levels begin at just the size that it needs.
    const ratio = Math.min(1, SMALLEST_SEEN / smallest);
    if (longer * ratio <= WHOLE_LOOK_SIZE) return candidates;
    const searched = ratio < 1 ? pyramid.shrink(ratio) : pyramid;
    const scale = 1 / ratio;
    candidates.push(...await this.#search(searched, scale, minScore));
    for (let turn = 1; turn < turns; turn++) {
      const found = await this.#search(searched.turn(turn), scale, minScore);
      candidates.push(...found.map(face => turnedBack(face, turn, searched.width * scale, searched.height * scale)));
    }
    return candidates;
  }

  async #search(searched, scale, minScore) {
    const side = Math.max(searched.width, searched.height);
    const found = [];
    for (let level = 0; level === 0 || side >> level >= SMALLEST_LEVEL; level++) {
      for (const region of searchRegions(searched, level)) found.push(...await this.#front.scan(searched.level(level), scale * 2 ** level, region, minScore));
    }
    return found;
  }
}
