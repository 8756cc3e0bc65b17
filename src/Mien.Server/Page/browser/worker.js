// Beside the page, so that it stays alive while pictures are read: files and frames in, what is found out.
import { decode, pixelsOf } from './picture.js';
import { ExpressionRecognizer } from './recognizer.js';

let settings;
let recognizer;

const tasks = {
  async open(files) {
    settings = files.settings;
    recognizer = await ExpressionRecognizer.open(settings, files);
  },
  async read({ file, name }) {
    const picture = await decode(file, name, settings.maxPixels);
    return { file: name, width: picture.width, height: picture.height, faces: await recognizer.recognize(picture, settings.detector) };
  },
  async readFrame({ bitmap }) {
    const picture = pixelsOf(bitmap);
    return { width: picture.width, height: picture.height, faces: await recognizer.recognize(picture, settings.liveDetector) };
  },
};

// One after the other: ONNX Runtime Web runs one network at a time.
let before = Promise.resolve();
self.onmessage = ({ data: { id, task, data } }) => {
  before = before.then(() => tasks[task](data)).then(answer => self.postMessage({ id, answer }), error => self.postMessage({ id, error: error.message }));
};
