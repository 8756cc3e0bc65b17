// Finds faces: Mien.Faces.FaceDetector in JavaScript, which says what the figures mean and where they come from.
import { overlap, within } from './boxes.js';
import { BlazeFace } from './blazeface.js';
import { stretched } from './levels.js';
import { searchRegions } from './regions.js';
import { SAME_FACE, mean, merge } from './suppression.js';

const SMALLEST_SEEN = 24;
const WHOLE_LOOK_SIZE = 128;
const SMALLEST_LEVEL = 1.5 * WHOLE_LOOK_SIZE;
const LOOK_SCALE = 1.9;
const LOOK_SIZE = 96;
const LOOKS_AT_ONCE = 16;
const FIRST_SCORE = 0.5;
const LOOK_SCORE = 0.3;
const SMALL_SQUARE = 32;
const SMALL_SCORE = 0.08;
const BOX = { left: 0.034, top: -0.206, width: 0.916, height: 1.254 };

export class FaceDetector {
  #front;
  #back;

  static async open(front, back) {
    const detector = new FaceDetector();
    detector.#front = await BlazeFace.open(front, 8);
    detector.#back = await BlazeFace.open(back, 16);
    return detector;
  }

  /** Faces of a picture, from the most certain down; options as in DetectorOptions. */
  async detect(pyramid, { minScore, minFacePixels, minFaceShare, maxFaces }) {
    const { width, height } = pyramid;
    const smallest = Math.max(minFacePixels, minFaceShare * Math.max(width, height));
    const searched = stretched(pyramid);
    const candidates = merge(await this.#candidates(searched, smallest, Math.min(FIRST_SCORE, minScore)));
    const faces = merge(await this.#confirm(searched, candidates, minScore))
      .map(face => ({ ...face, box: within(fit(face.box), width, height) }))
      .filter(({ box }) => Math.max(box.width, box.height) >= smallest);
    return maxFaces > 0 ? faces.slice(0, maxFaces) : faces;
  }

  async #candidates(pyramid, smallest, minScore) {
    const { width, height } = pyramid;
    const longer = Math.max(width, height);
    const whole = { x: (width - longer) / 2, y: (height - longer) / 2, width: longer, height: longer };
    const candidates = (await this.#front.look(pyramid, [whole], WHOLE_LOOK_SIZE, minScore)).map(([, face]) => face);
    // Where the smallest face is larger than the network needs, the levels begin at just the size that it needs.
    const ratio = Math.min(1, SMALLEST_SEEN / smallest);
    if (longer * ratio <= WHOLE_LOOK_SIZE) return candidates;
    const searched = ratio < 1 ? pyramid.shrink(ratio) : pyramid;
    const searchedLonger = Math.max(searched.width, searched.height);
    for (let level = 0; level === 0 || searchedLonger >> level >= SMALLEST_LEVEL; level++) {
      for (const region of searchRegions(searched, level)) candidates.push(...await this.#front.scan(searched.level(level), 2 ** level / ratio, region, minScore));
    }
    return candidates;
  }

  /** Candidates as both networks see them, with the mean of the three scores; those that one does not see are dropped. */
  async #confirm(pyramid, candidates, minScore) {
    const confirmed = [];
    for (let start = 0; start < candidates.length; start += LOOKS_AT_ONCE) {
      const some = candidates.slice(start, start + LOOKS_AT_ONCE);
      const front = await look(this.#front, pyramid, some);
      // Where the front network sees nothing, the back network need not look.
      const kept = some.map((candidate, place) => ({ candidate, front: front[place] })).filter(one => one.front);
      const back = await look(this.#back, pyramid, kept.map(one => one.candidate));
      kept.forEach((one, place) => {
        if (!back[place]) return;
        const score = (one.candidate.score + one.front.score + back[place].score) / 3;
        const face = { ...mean([one.front, back[place]]), score };
        if (score >= minScore + (face.box.width < SMALL_SQUARE ? SMALL_SCORE : 0)) confirmed.push(face);
      });
    }
    return confirmed;
  }
}

/** What a network sees of each candidate; undefined where it sees nothing. */
async function look(network, pyramid, candidates) {
  if (candidates.length === 0) return [];
  const squares = candidates.map(({ box }) => {
    const side = Math.max(box.width, box.height) * LOOK_SCALE;
    return { x: box.x + (box.width - side) / 2, y: box.y + (box.height - side) / 2, width: side, height: side };
  });
  const found = await network.look(pyramid, squares, LOOK_SIZE, LOOK_SCORE);
  return candidates.map((candidate, place) => merge(found.filter(([seen]) => seen === place).map(([, face]) => face))
    .find(face => overlap(face.box, candidate.box) > SAME_FACE));
}

/** From the network's square, brow to chin, to the box that a person draws: hairline to chin, cheek to cheek. */
const fit = box => ({ x: box.x + BOX.left * box.width, y: box.y + BOX.top * box.height, width: box.width * BOX.width, height: box.height * BOX.height });
