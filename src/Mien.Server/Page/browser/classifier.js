// The networks over aligned faces, their probabilities averaged: Mien.ExpressionClassifier and Priors in JavaScript.
import { openSession, run } from './network.js';

// Faces a run at most.
const MAX_BATCH = 32;

// A crop whose levels deviate by less stays as good as blank.
const LEAST_DEVIATION = 1;

export class ExpressionClassifier {
  #settings;
  #members;

  /** Opens the models that the server's settings name; an .onnx file's bytes each. */
  static async open(settings, files) {
    const classifier = new ExpressionClassifier();
    classifier.#settings = settings;
    classifier.#members = [];
    for (const [place, bytes] of files.entries()) classifier.#members.push({ ...settings.models[place], session: await openSession(bytes) });
    return classifier;
  }

  /** Probabilities of each crop of [size*size] gray levels, in the order of the labels. */
  async classify(crops) {
    const { labels, inputSize: size, classShares, flip } = this.#settings;
    const views = flip ? [crops, crops.map(crop => mirrored(crop, size))] : [crops];
    const answers = crops.map(() => new Float32Array(labels.length));
    const share = 1 / (this.#members.length * views.length);
    for (const view of views) {
      for (const { session, ...levels } of this.#members) {
        for (let start = 0; start < view.length; start += MAX_BATCH) {
          const some = view.slice(start, start + MAX_BATCH);
          const input = new Float32Array(some.length * size * size);
          some.forEach((crop, place) => input.set(normalized(crop, levels), place * crop.length));
          // The softmax with its temperature is a part of the network.
          const [probabilities] = await run(session, input, [some.length, 1, size, size], ['probabilities']);
          probabilities.forEach((probability, i) => { answers[start + Math.floor(i / labels.length)][i % labels.length] += probability * share; });
        }
      }
    }
    return classShares ? answers.map(answer => balanced(answer, classShares)) : answers;
  }
}

/** Gray levels as the network reads them: Mien.Preprocessing.Normalize in JavaScript. */
export function normalized(crop, { mean, deviation, ownLevels }) {
  if (!ownLevels) return Float32Array.from(crop, gray => (gray / 255 - mean) / deviation);
  let sum = 0;
  let squares = 0;
  for (const gray of crop) {
    sum += gray;
    squares += gray * gray;
  }
  const own = sum / crop.length;
  const scale = 1 / Math.max(Math.sqrt(Math.max(squares / crop.length - own * own, 0)), LEAST_DEVIATION);
  return Float32Array.from(crop, gray => (gray - own) * scale);
}

/** Corrected for classes that are expected equally often (Saerens, Latinne and Decaestecker 2002). */
function balanced(probabilities, shares) {
  const weighted = probabilities.map((probability, k) => probability / shares[k]);
  const sum = weighted.reduce((total, value) => total + value, 0);
  return sum > 0 ? weighted.map(value => value / sum) : probabilities;
}

/** A crop seen in a mirror. */
function mirrored(crop, size) {
  const turned = crop.slice();
  for (let row = 0; row < turned.length; row += size) turned.subarray(row, row + size).reverse();
  return turned;
}
