// What was found so far: the timeline of the camera's faces, and the files to save.
import { colorOf, make, model, percent } from './faces.js';

// Columns of a table beside the share of all of it, by the JSON's names.
const QUALITY = ['exposure', 'contrast', 'noise', 'sharpness', 'pixels', 'roll', 'yaw', 'pitch', 'cover', 'upright'];

const MOST_FRAMES = 50000;
const photos = [];
const frames = [];
const tracks = new Map();
let drawing = false;

export function addPhoto(answer) {
  photos.push(answer);
  document.getElementById('downloads').hidden = false;
}

/** A frame of the camera: its faces go into the timeline. */
export function addFrame(answer) {
  if (!answer.faces) return;
  for (const face of answer.faces) {
    if (!tracks.has(face.track)) tracks.set(face.track, []);
    tracks.get(face.track).push({ time: answer.time, probabilities: face.probabilities });
  }
  frames.push(answer);
  // An evening before the camera must not fill the tab's memory: the oldest goes.
  if (frames.length > MOST_FRAMES) frames.shift();
  document.getElementById('downloads').hidden = false;
  document.getElementById('history').hidden = tracks.size === 0;
  if (!drawing) {
    drawing = true;
    setTimeout(() => { drawing = false; draw(); }, 500);
  }
}

/** A new camera begins at second 0. */
export function beginCamera() {
  tracks.clear();
  document.getElementById('timelines').replaceChildren();
}

export function clear() {
  photos.length = 0;
  frames.length = 0;
  beginCamera();
  document.getElementById('history').hidden = true;
  document.getElementById('downloads').hidden = true;
}

function draw() {
  const legend = document.getElementById('legend');
  if (!legend.childElementCount) {
    legend.append(...model.classes.map(({ label }) => {
      const dot = make('span', { class: 'dot' });
      dot.style.background = colorOf(label);
      return make('li', {}, dot, label);
    }));
  }
  const longest = [...tracks].sort((one, other) => other[1].length - one[1].length).slice(0, 8).sort((one, other) => one[0] - other[0]);
  const end = Math.max(...longest.map(([, seen]) => seen.at(-1).time), 1);
  const place = document.getElementById('timelines');
  for (const [track, seen] of longest) {
    let row = place.querySelector(`[data-track="${track}"]`);
    if (!row) {
      row = make('figure', { class: 'timeline', 'data-track': track }, make('figcaption'), make('canvas', { role: 'img', width: 1024, height: 64 }));
      place.append(row);
    }
    row.querySelector('figcaption').textContent = `Face ${track}: ${summary(seen)} · 0 to ${end.toFixed(0)} s`;
    const canvas = row.querySelector('canvas');
    canvas.setAttribute('aria-label', `Face ${track} over time: ${summary(seen)}`);
    paint(canvas, seen, end);
  }
  for (const row of [...place.children]) {
    if (!longest.some(([track]) => String(track) === row.dataset.track)) row.remove();
  }
}

function summary(seen) {
  const means = model.classes.map(({ label }) => [label, seen.reduce((sum, { probabilities }) => sum + probabilities[label], 0) / seen.length]).sort((one, other) => other[1] - one[1]);
  return `mostly ${means[0][0]} (${percent(means[0][1])}), then ${means[1][0]} (${percent(means[1][1])})`;
}

function paint(canvas, seen, end) {
  const context = canvas.getContext('2d');
  context.clearRect(0, 0, canvas.width, canvas.height);
  seen.forEach(({ time, probabilities }, place) => {
    const left = Math.floor(time / end * canvas.width);
    const next = seen[place + 1]?.time ?? time + 0.2;
    // Where the face was away there is a gap.
    const right = Math.ceil(Math.min(next, time + 2) / end * canvas.width);
    let bottom = canvas.height;
    for (const { label } of model.classes) {
      const high = probabilities[label] * canvas.height;
      context.fillStyle = colorOf(label);
      context.fillRect(left, bottom - high, Math.max(right - left, 1), high);
      bottom -= high;
    }
  });
}

export function saveJson() {
  save('mien.json', 'application/json', JSON.stringify({ photos, camera: frames }, null, 2));
}

export function saveCsv() {
  const labels = model.classes.map(({ label }) => label);
  const ofFace = ['face', 'x', 'y', 'boxWidth', 'boxHeight', 'detectorScore', 'quality', ...QUALITY, 'label', 'confidence', ...classColumns(labels)];
  const lines = [['file', 'width', 'height', ...ofFace, 'error', 'time']];
  const cells = face => [face.box.x, face.box.y, face.box.width, face.box.height, face.detectorScore, face.quality?.score ?? '', ...QUALITY.map(name => face.quality?.[name] ?? ''), face.label, face.confidence, ...labels.map(label => face.probabilities[label])];
  for (const photo of photos) {
    if (!photo.faces?.length) lines.push([photo.file, photo.width ?? 0, photo.height ?? 0, ...Array(ofFace.length).fill(''), photo.error ?? '', '']);
    photo.faces?.forEach((face, place) => lines.push([photo.file, photo.width, photo.height, place + 1, ...cells(face), '', '']));
  }
  for (const frame of frames) {
    for (const face of frame.faces) lines.push(['camera', frame.width, frame.height, face.track, ...cells(face), '', frame.time]);
  }
  save('mien.csv', 'text/csv', lines.map(line => line.map(quote).join(',')).join('\r\n') + '\r\n');
}

const OTHER_COLUMNS = ['file', 'width', 'height', 'face', 'frame', 'time', 'track', 'x', 'y', 'boxWidth', 'boxHeight', 'detectorScore', 'quality', ...QUALITY,
  'label', 'confidence', 'error', 'line', 'suggested', 'margin', 'split'];

/** A column a class: its name, or p(name) where that is taken, as in the program's tables (ClassColumns.cs). */
function classColumns(labels) {
  const taken = new Set(OTHER_COLUMNS.map(name => name.toLowerCase()));
  const free = name => !taken.has(name.toLowerCase()) && taken.add(name.toLowerCase());
  const columns = labels.map(label => free(label) ? label : null);
  return columns.map((column, place) => {
    if (column !== null) return column;
    let name = labels[place];
    do name = `p(${name})`; while (!free(name));
    return name;
  });
}

// A file's name that begins like a formula must not become one in a spreadsheet.
const quote = cell => typeof cell !== 'string' ? cell : /^[=+\-@]/.test(cell) || /[",\r\n]/.test(cell) ? `"${(/^[=+\-@]/.test(cell) ? `'${cell}` : cell).replaceAll('"', '""')}"` : cell;

function save(name, type, text) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  make('a', { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}
