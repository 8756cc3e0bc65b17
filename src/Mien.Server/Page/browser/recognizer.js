// A picture in, faces with their expressions out, in the server's JSON: Mien.ExpressionRecognizer and FaceJson in JavaScript.
import { align } from './aligner.js';
import { ExpressionClassifier } from './classifier.js';
import { CoverNetwork } from './cover.js';
import { FaceDetector } from './detector.js';
import { Pyramid } from './pyramid.js';
import { CROP_SIZE, qualityOf } from './quality.js';

export class ExpressionRecognizer {
  #settings;
  #detector;
  #classifier;
  #cover;

  /** Opens the networks; the server's settings say how pictures are read. */
  static async open(settings, { front, back, cover, models }) {
    const recognizer = new ExpressionRecognizer();
    recognizer.#settings = settings;
    recognizer.#detector = await FaceDetector.open(front, back);
    recognizer.#classifier = await ExpressionClassifier.open(settings, models);
    recognizer.#cover = await CoverNetwork.open(cover);
    return recognizer;
  }

  /** Faces of { width, height, pixels }, from the most certain down. */
  async recognize(picture, detector) {
    const { inputSize: size, labels, minConfidence } = this.#settings;
    const pyramid = new Pyramid(picture);
    const found = await this.#detector.detect(pyramid, detector);
    const crops = found.map(face => align(pyramid, face.points, size));
    const answers = await this.#classifier.classify(crops);
    const qualityCrops = size === CROP_SIZE ? crops : found.map(face => align(pyramid, face.points, CROP_SIZE));
    const covers = await this.#cover.read(qualityCrops, CROP_SIZE);
    return found.map(({ box, score, points }, place) => {
      const probabilities = answers[place];
      const confidence = Math.max(...probabilities);
      return {
        box,
        detectorScore: score,
        label: confidence < minConfidence ? 'uncertain' : labels[probabilities.indexOf(confidence)],
        confidence,
        quality: qualityOf(points, qualityCrops[place], covers[place]),
        probabilities: Object.fromEntries(labels.map((label, k) => [label, probabilities[k]])),
      };
    });
  }
}
