// Tells covered and turned faces from clear ones: Mien.Faces.CoverNetwork in JavaScript, which says where the figures come from.
import { normalized } from './classifier.js';
import { openSession, run } from './network.js';

// In the order of the network's outputs.
const CLASSES = ['clear', 'eyes', 'mouth', 'side', 'turned'];
const CLEAR = CLASSES.indexOf('clear');
const TURNED = CLASSES.indexOf('turned');

export class CoverNetwork {
  #session;

  /** Opens the network; its .onnx file's bytes. */
  static async open(bytes) {
    const network = new CoverNetwork();
    network.#session = await openSession(bytes);
    return network;
  }

  /** Probabilities of each crop of [size*size] gray levels that it is covered and that it is upright. */
  async read(crops, size) {
    if (crops.length === 0) return [];
    const input = new Float32Array(crops.length * size * size);
    crops.forEach((crop, place) => input.set(normalized(crop, { ownLevels: true }), place * crop.length));
    const [probabilities] = await run(this.#session, input, [crops.length, 1, size, size], ['probabilities']);
    return crops.map((_, place) => {
      const answer = probabilities.subarray(place * CLASSES.length, (place + 1) * CLASSES.length);
      return { cover: Math.max(0, 1 - answer[CLEAR] - answer[TURNED]), upright: 1 - answer[TURNED] };
    });
  }
}
