// Reads one command a line and answers each with one line of JSON, so that the benchmark can take turns with it:
//   photos FILE...   decode, detect and read each picture -> {"seconds", "processor", "pictures", "found", "failed"}
//   faces FILE       grey faces of 48x48 bytes, one after another, in batches -> {"seconds", "processor", "faces"}
const fs = require('fs');
const path = require('path');
const readline = require('readline');
const image = require('@canvas/image');
const tf = require('@tensorflow/tfjs');
require('@tensorflow/tfjs-backend-wasm');
const faceapi = require('@vladmandic/face-api/dist/face-api.node-wasm.js');

const side = 48;
const batch = 32;

// Wall clock and processor time since then, in seconds.
function clock() {
  const begun = performance.now();
  const cpu = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(cpu);
    return { seconds: (performance.now() - begun) / 1000, processor: (user + system) / 1e6 };
  };
}

async function decode(file) {
  const picture = image.getImageData(await image.imageFromBuffer(fs.readFileSync(file)));
  const { width, height, data } = picture;
  const rgb = new Int32Array(width * height * 3);
  for (let i = 0, j = 0; i < data.length; i += 4) {
    rgb[j++] = data[i];
    rgb[j++] = data[i + 1];
    rgb[j++] = data[i + 2];
  }
  return tf.tensor3d(rgb, [height, width, 3], 'int32');
}

async function photos(files) {
  const options = new faceapi.TinyFaceDetectorOptions();
  const found = {};
  const failed = [];
  const stop = clock();
  for (const file of files) {
    let tensor;
    try {
      tensor = await decode(file);
      found[path.basename(file)] = (await faceapi.detectAllFaces(tensor, options).withFaceExpressions()).length;
    } catch (error) {
      failed.push(path.basename(file));
    }
    if (tensor) tensor.dispose();
  }
  return { ...stop(), pictures: files.length, found, failed };
}

async function faces(file) {
  const grey = fs.readFileSync(file);
  const count = grey.length / (side * side);
  const stop = clock();
  for (let start = 0; start < count; start += batch) {
    const crops = [];
    for (let i = start; i < Math.min(start + batch, count); i++) {
      const rgb = new Int32Array(side * side * 3);
      for (let j = 0; j < side * side; j++) rgb.fill(grey[i * side * side + j], j * 3, j * 3 + 3);
      crops.push(tf.tensor3d(rgb, [side, side, 3], 'int32'));
    }
    await faceapi.nets.faceExpressionNet.predictExpressions(crops);
    tf.dispose(crops);
  }
  return { ...stop(), faces: count };
}

async function main() {
  await tf.setBackend('wasm');
  await tf.ready();
  const models = path.join(path.dirname(require.resolve('@vladmandic/face-api/package.json')), 'model');
  await faceapi.nets.tinyFaceDetector.loadFromDisk(models);
  await faceapi.nets.faceExpressionNet.loadFromDisk(models);
  console.log(JSON.stringify({ ready: `face-api ${faceapi.version}, tfjs ${tf.version_core}, ${tf.getBackend()}` }));
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const [command, ...rest] = line.split('\t');
    console.log(JSON.stringify(command === 'photos' ? await photos(rest) : await faces(rest[0])));
  }
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
