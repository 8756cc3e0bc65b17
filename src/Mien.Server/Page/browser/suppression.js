// Candidates for one face become their mean, weighted by score: Mien.Faces.Suppression in JavaScript.
// A face here is { box, score, points }, points being six [x, y].
import { area, intersection, overlap } from './boxes.js';
import { agree } from './turns.js';

/** Intersection over union from which two boxes are of one face. */
export const SAME_FACE = 0.3;

// A box of which so much lies in another is a part of a face that looked like a face of its own at a finer scale.
const INSIDE_FACE = 0.7;

/** One face for each group of candidates, from the most certain down. */
export function merge(candidates) {
  let left = [...candidates].sort((a, b) => b.score - a.score || a.box.x - b.box.x || a.box.y - b.box.y);
  const merged = [];
  while (left.length > 0) {
    const [best] = left;
    const isSame = face => face === best || overlap(face.box, best.box) > SAME_FACE;
    // The best decides which way the face stands.
    const face = mean(left.filter(other => isSame(other) && (other === best || agree(other, best))));
    left = left.filter(other => !isSame(other));
    if (!merged.some(other => intersection(other.box, face.box) > INSIDE_FACE * Math.min(area(other.box), area(face.box)))) merged.push(face);
  }
  return merged;
}

/** The mean of several views of one face, weighted by score, with the highest score. */
export function mean(faces) {
  const weight = faces.reduce((sum, face) => sum + face.score, 0);
  const of = value => faces.reduce((sum, face) => sum + face.score * value(face), 0) / weight;
  return {
    box: { x: of(face => face.box.x), y: of(face => face.box.y), width: of(face => face.box.width), height: of(face => face.box.height) },
    score: Math.max(...faces.map(face => face.score)),
    points: faces[0].points.map((_, place) => [of(face => face.points[place][0]), of(face => face.points[place][1])]),
  };
}
