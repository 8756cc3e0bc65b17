// Reads pictures in this page alone: what it needs is loaded, then nothing is sent any more.
import { FaceTracker } from './tracker.js';

export class LocalReader {
  #worker = new Worker(new URL('worker.js', import.meta.url), { type: 'module' });
  #waiting = new Map();
  #last = 0;
  #settings;
  #broken = null;

  /** Loads the networks by `load`, which takes a path and gives the server's response. */
  static async open(load) {
    const reader = new LocalReader();
    try {
      await reader.#open(load);
      return reader;
    } catch (error) {
      reader.close();
      throw error;
    }
  }

  /** Faces of a file, in the server's JSON. */
  read(file, name) {
    return this.#ask('read', { file, name });
  }

  /** Follows faces over frames: the same as the server's stream, without one. */
  follow({ onopen, onanswer, onclose }) {
    const tracker = new FaceTracker(this.#settings.tracker);
    const begun = performance.now();
    let frame = 0;
    let open = true;
    // When the caller has what is returned here.
    setTimeout(() => { if (open) onopen(); });
    return {
      get ready() { return open; },
      send: async canvas => {
        const number = frame++;
        const time = Math.round(performance.now() - begun) / 1000;
        try {
          const bitmap = await createImageBitmap(canvas);
          const answer = await this.#ask('readFrame', { bitmap }, [bitmap]);
          if (open) onanswer({ frame: number, time, passedOver: 0, ...answer, faces: tracker.update(answer.faces, time) });
        } catch (error) {
          if (open) onclose(error.message);
        }
      },
      close() { open = false; },
    };
  }

  /** Ends it; what is waited for fails. */
  close() {
    this.#worker.terminate();
    this.#fail('Reading in this page was switched off.');
  }

  async #open(load) {
    this.#worker.onmessage = ({ data: { id, answer, error } }) => {
      const { done, fail } = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error === undefined) done(answer);
      else fail(new Error(error));
    };
    // Such as too little memory.
    this.#worker.onerror = event => this.#fail(`This browser can’t read pictures here (${event.message || 'its worker did not start'}). Switch it off to let the server read them.`);
    const settings = this.#settings = await (await load('browser/settings')).json();
    if (settings.unavailable) throw new Error(settings.unavailable);
    const bytes = async name => (await load(`browser/${name}`)).arrayBuffer();
    const [front, back, cover, ...models] = await Promise.all(['front.onnx', 'back.onnx', 'cover.onnx', ...settings.models.map((_, place) => `models/${place}`)].map(bytes));
    await this.#ask('open', { settings, front, back, cover, models }, [front, back, cover, ...models]);
  }

  #ask(task, data, transfer = []) {
    if (this.#broken) return Promise.reject(new Error(this.#broken));
    const id = ++this.#last;
    return new Promise((done, fail) => {
      this.#waiting.set(id, { done, fail });
      this.#worker.postMessage({ id, task, data }, transfer);
    });
  }

  #fail(reason) {
    this.#broken = reason;
    for (const { fail } of this.#waiting.values()) fail(new Error(reason));
    this.#waiting.clear();
  }
}
