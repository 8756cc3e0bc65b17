// Follows faces from frame to frame and smooths their probabilities: Mien.Video.FaceTracker in JavaScript.
import { area, overlap } from './boxes.js';

const MIN_OVERLAP = 0.2;
const MAX_DISTANCE = 0.8;
// How much of what was not foreseen is believed at once, of place and of speed.
const ALPHA = 0.8;
const BETA = 0.4;
// Seconds. Frames that are closer may be a burst, in which time says little of when they were taken: the speed
// is then measured over a longer window.
const BURST_STEP = 0.03;
const WINDOW = 0.06;
// What a match with where a face was costs beyond any with where it should be.
const STAYED = 2;

export class FaceTracker {
  #options;
  #tracks = [];
  #last = 0;
  // The sum of the steps forward: it never goes back, as the times of frames may.
  #clock = 0;
  #time = null;

  /** Options as in TrackerOptions, times in seconds. */
  constructor(options) {
    this.#options = options;
  }

  /** Takes the next frame's faces: those that are followed, numbered and smoothed. A time that goes back counts as none passed. */
  update(faces, frameTime) {
    const { smoothing, maxGap, certainScore } = this.#options;
    const time = this.#clock += Math.max(0, frameTime - (this.#time ?? frameTime));
    this.#time = frameTime;
    const owners = this.#associate(faces, time);
    const tracked = [];
    faces.forEach((face, place) => {
      const known = owners[place];
      const track = known ?? newTrack(face, time);
      if (known) advance(track, face, time, smoothing);
      else this.#tracks.push(track);
      if (track.number === 0 && (known || face.detectorScore >= certainScore)) track.number = ++this.#last;
      if (track.number > 0) tracked.push({ track: track.number, ...face, ...this.#smoothed(track) });
    });
    this.#tracks = this.#tracks.filter(track => track.seen >= time || (track.number > 0 && time - track.seen <= maxGap));
    return tracked;
  }

  #smoothed({ probabilities }) {
    const [label, confidence] = Object.entries(probabilities).reduce((best, each) => each[1] > best[1] ? each : best);
    return { label: confidence < this.#options.minConfidence ? 'uncertain' : label, confidence, probabilities: { ...probabilities } };
  }

  /** For each face the track that it goes on, the likeliest pairs first. */
  #associate(faces, time) {
    const pairs = [];
    for (const track of this.#tracks) {
      faces.forEach((face, place) => {
        const cost = costOfTrack(track, face.box, time);
        if (cost !== null) pairs.push({ cost, track, place });
      });
    }
    const owners = [];
    const taken = new Set();
    for (const { track, place } of pairs.sort((one, other) => one.cost - other.cost)) {
      if (owners[place] || taken.has(track)) continue;
      owners[place] = track;
      taken.add(track);
    }
    return owners;
  }
}

/** As from where a face should be, else as from where it was, for its speed may be wrong; null where it can't be this face. */
function costOfTrack(track, found, time) {
  const moved = costOf(boxAt(track, time), found);
  if (moved !== null) return moved;
  const stayed = costOf(track.found, found);
  return stayed === null ? null : STAYED + stayed;
}

/** 0 for the same box, up to 1 by overlap, beyond by distance; null where one can't be the other. */
function costOf(expected, found) {
  const shared = overlap(expected, found);
  if (shared >= MIN_OVERLAP) return 1 - shared;
  const size = Math.sqrt(Math.max(area(expected), 1));
  const ratio = Math.sqrt(Math.max(area(found), 1)) / size;
  const [one, other] = [centerOf(expected), centerOf(found)];
  const distance = Math.hypot(one.x - other.x, one.y - other.y) / size;
  return distance < MAX_DISTANCE && ratio > 0.5 && ratio < 2 ? 1 + distance : null;
}

const centerOf = box => ({ x: box.x + box.width / 2, y: box.y + box.height / 2 });

const newTrack = (face, time) => ({
  number: 0, seen: time, found: face.box, center: centerOf(face.box), speed: { x: 0, y: 0 }, from: centerOf(face.box), since: time,
  width: face.box.width, height: face.box.height, probabilities: { ...face.probabilities },
});

/** Where a face should be by now. */
function boxAt({ center, speed, width, height, seen }, time) {
  const seconds = time - seen;
  return { x: center.x + speed.x * seconds - width / 2, y: center.y + speed.y * seconds - height / 2, width, height };
}

function advance(track, face, time, smoothing) {
  const seconds = time - track.seen;
  // Its speed led away from it: it begins anew from where it was.
  if (costOf(boxAt(track, time), face.box) === null) Object.assign(track, { center: centerOf(track.found), speed: { x: 0, y: 0 } });
  const expected = centerOf(boxAt(track, time));
  const found = centerOf(face.box);
  const off = { x: found.x - expected.x, y: found.y - expected.y };
  track.center = { x: expected.x + ALPHA * off.x, y: expected.y + ALPHA * off.y };
  const measured = time - track.since;
  if (seconds >= BURST_STEP || measured >= WINDOW) {
    const observed = { x: (found.x - track.from.x) / measured, y: (found.y - track.from.y) / measured };
    track.speed = { x: track.speed.x + BETA * (observed.x - track.speed.x), y: track.speed.y + BETA * (observed.y - track.speed.y) };
    Object.assign(track, { from: found, since: time });
  }
  track.width += ALPHA * (face.box.width - track.width);
  track.height += ALPHA * (face.box.height - track.height);
  track.seen = time;
  track.found = face.box;
  const weight = smoothing > 0 ? 1 - Math.exp(-seconds / smoothing) : 1;
  for (const label of Object.keys(track.probabilities)) track.probabilities[label] += weight * (face.probabilities[label] - track.probabilities[label]);
}
