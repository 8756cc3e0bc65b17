// Looks at candidates again, by both networks: Mien.Faces.FaceLooks in JavaScript, which says what the figures mean.
import { centerOf, overlap } from './boxes.js';
import { SAME_FACE, mean, merge } from './suppression.js';
import { agree, between, opposite, roll, turnOfWindow } from './turns.js';

const LOOK_SCALE = 1.9;
const LOOK_SIZE = 96;
const LOOKS_AT_ONCE = 16;
const LOOK_SCORE = 0.3;
const SMALL_SQUARE = 32;
const SMALL_SCORE = 0.08;
const MOST_LEFT = 30;
const MOST_TIMES = 2;
const TURNED_SCORE = 0.1;
const SURE_SCORE = 1.55;
const LESS_FRONT = 0.1;
const SAME_SCORE = 0.05;

export class FaceLooks {
  #front;
  #back;

  constructor(front, back) {
    this.#front = front;
    this.#back = back;
  }

  /** Candidates as both networks see them, with the mean of the three scores; those that one does not see are dropped. */
  async confirm(pyramid, candidates, minScore) {
    const isFace = ({ face }) => face.score >= minScore + (face.box.width < SMALL_SQUARE ? SMALL_SCORE : 0);
    const seen = [];
    for (const looked of await this.#look(pyramid, candidates)) {
      const straight = await this.#straighten(pyramid, looked, minScore);
      if (straight && isFace(straight)) seen.push(straight);
    }
    return (await this.#turnRound(pyramid, seen, minScore)).map(({ face }) => face);
  }

  /** Looks again where a face is far from upright in its window; undefined where it is not seen then. */
  async #straighten(pyramid, first, minScore) {
    let looked = first;
    for (let times = 0; times < MOST_TIMES && looked; times++) {
      const { candidate, face } = looked;
      if (face.score < minScore - TURNED_SCORE || between(roll(face), turnOfWindow(candidate)) <= MOST_LEFT) break;
      [looked] = await this.#look(pyramid, [{ ...face, score: candidate.score }]);
    }
    return looked;
  }

  /** Turns faces that stand on their heads the right way round, and drops what is seen as well both ways. */
  async #turnRound(pyramid, seen, minScore) {
    const decided = [...seen];
    const doubtful = seen.map((looked, place) => ({ place, looked })).filter(({ looked }) => looked.score < SURE_SCORE)
      .map(({ place, looked }) => ({ place, looked, candidate: { ...opposite(looked.face), score: looked.candidate.score } }));
    for (let start = 0; start < doubtful.length; start += LOOKS_AT_ONCE) {
      const some = doubtful.slice(start, start + LOOKS_AT_ONCE);
      const others = await lookBy(this.#front, pyramid, some.map(({ candidate }) => candidate));
      for (const [i, { place, looked, candidate }] of some.entries()) {
        if ((others[i]?.score ?? 0) <= looked.front.score - LESS_FRONT) continue;
        const [first] = await this.#look(pyramid, [candidate]);
        decided[place] = decide(looked, await this.#straighten(pyramid, first, minScore));
      }
    }
    return decided.filter(looked => looked && agree(looked.front, looked.back));
  }

  /** What both networks see of candidates, without those that one of them does not see. */
  async #look(pyramid, candidates) {
    const seen = [];
    for (let start = 0; start < candidates.length; start += LOOKS_AT_ONCE) {
      const some = candidates.slice(start, start + LOOKS_AT_ONCE);
      const front = await lookBy(this.#front, pyramid, some);
      // Where the front network sees nothing, the back network need not look.
      const kept = some.map((candidate, place) => ({ candidate, front: front[place] })).filter(one => one.front);
      const back = await lookBy(this.#back, pyramid, kept.map(one => one.candidate));
      kept.forEach((one, place) => { if (back[place]) seen.push(together(one.candidate, one.front, back[place])); });
    }
    return seen;
  }
}

/** Both looks together, with the mean of the three scores. Where the looks don't agree on how the face stands, the more certain one. */
function together(candidate, front, back) {
  const face = agree(front, back) ? mean([front, back]) : front.score >= back.score ? front : back;
  return { candidate, front, back, score: front.score + back.score, face: { ...face, score: (candidate.score + front.score + back.score) / 3 } };
}

function decide(looked, turned) {
  const score = turned?.score ?? 0;
  return score > looked.score + SAME_SCORE ? turned : score < looked.score - SAME_SCORE ? looked : undefined;
}

/** What a network sees of each candidate; undefined where it sees nothing. */
async function lookBy(network, pyramid, candidates) {
  if (candidates.length === 0) return [];
  const squares = candidates.map(candidate => ({ center: centerOf(candidate.box), side: Math.max(candidate.box.width, candidate.box.height) * LOOK_SCALE, degrees: turnOfWindow(candidate) }));
  const found = await network.look(pyramid, squares, LOOK_SIZE, LOOK_SCORE);
  return candidates.map((candidate, place) => merge(found.filter(([seen]) => seen === place).map(([, face]) => face))
    .find(face => overlap(face.box, candidate.box) > SAME_FACE));
}
