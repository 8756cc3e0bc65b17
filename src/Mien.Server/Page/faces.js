// A face's panel with its bars, its box over the picture, and what its answer rests on.
import { inBrowser, untilSwitched } from './reader.js';
import { ask } from './server.js';

export const model = { classes: [], colors: {} };

/** Makes an element: tag, properties (class, text, on…, data and aria by name), children. */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === 'class') element.className = value;
    else if (name === 'text') element.textContent = value;
    else if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

export const percent = share => `${Math.round(share * 100)} %`;
export const colorOf = label => model.colors[label] ?? '#888';

const statusLine = document.getElementById('status');
/** Says something, to eyes and to screen readers. */
export function say(text, bad = false) {
  statusLine.textContent = text;
  statusLine.classList.toggle('bad', bad);
}

/** A panel that `show` fills and fills again; `explain` is null where nothing can. */
export function facePanel(name, explain) {
  const title = make('h3');
  const rows = model.classes.map(({ label }) => {
    const fill = make('div', { class: 'fill' });
    fill.style.background = colorOf(label);
    const value = make('span', { class: 'value' });
    const row = make('li', {}, make('span', { text: label }), make('div', { class: 'track', 'aria-hidden': 'true' }, fill), value);
    return { label, row, fill, value };
  });
  const note = make('p', { class: 'note quiet' });
  const share = make('summary');
  const numbers = make('ul');
  const quality = make('details', { class: 'note quiet' }, share, numbers);
  const panel = make('div', { class: 'face', role: 'group', 'aria-label': name }, title, make('ul', { class: 'bars' }, ...rows.map(row => row.row)), note, quality,
    ...explain ? [make('button', { type: 'button', text: 'Why?', 'aria-label': `Why? ${name}`, onclick: () => explain() })] : []);
  return {
    panel,
    show(face) {
      const dot = make('span', { class: 'dot', 'aria-hidden': 'true' });
      dot.style.background = colorOf(face.label);
      title.replaceChildren(dot, make('span', { text: `${name}: ${face.label} ${percent(face.confidence)}` }));
      for (const { label, row, fill, value } of rows) {
        const share = face.probabilities[label] ?? 0;
        fill.style.width = `${share * 100}%`;
        value.textContent = percent(share);
        row.classList.toggle('top', label === face.label);
      }
      note.textContent = hints(face);
      quality.hidden = !face.quality;
      if (!face.quality) return;
      share.textContent = `Quality ${percent(face.quality.score)}`;
      numbers.replaceChildren(...numbersOf(face.quality).map(text => make('li', { text })));
    },
  };
}

/** Why an answer may be worth little. */
function hints(face) {
  const quality = face.quality;
  const reasons = [];
  if (face.confidence < 0.5) reasons.push('close call');
  if (quality) {
    if (quality.pixels < 48) reasons.push('small face');
    if (quality.sharpness < 0.5) reasons.push('blurred');
    if (quality.exposure < 0.8) reasons.push('too dark or too bright');
    if (quality.contrast < 5) reasons.push('little contrast');
    if (quality.noise > 0.2 * Math.max(quality.contrast, 1)) reasons.push('noisy');
    if (Math.abs(quality.yaw) > 30) reasons.push('turned away');
    if (quality.cover > 0.5) reasons.push('covered');
    if (quality.upright < 0.5) reasons.push('not upright');
  }
  return reasons.length ? `Read with care: ${reasons.join(', ')}.` : '';
}

/** What quality is made of, in words. */
const numbersOf = ({ exposure, contrast, noise, sharpness, pixels, roll, yaw, pitch, cover, upright }) => [
  `exposure ${percent(exposure)}`,
  `contrast ${contrast.toFixed(0)} levels`,
  `noise ${noise.toFixed(1)} levels`,
  `sharpness ${sharpness.toFixed(2)}`,
  `size ${pixels.toFixed(0)} pixels`,
  `tilted ${roll.toFixed(0)}°, turned ${yaw.toFixed(0)}°, bent ${pitch.toFixed(0)}°`,
  `covered ${percent(cover)}`,
  `upright ${percent(upright)}`,
];

/** Boxes with numbers over a picture of so many pixels. */
export function drawBoxes(svg, width, height, faces, { mirror = false, nameOf, onclick } = {}) {
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
  const size = Math.max(width, height) / 32;
  const plates = [];
  const groups = faces.map((face, place) => {
    const { box } = face;
    const left = mirror ? width - box.x - box.width : box.x;
    const text = nameOf(face, place);
    const outline = { x: left, y: box.y, width: box.width, height: box.height, rx: size / 4 };
    const line = svgElement('rect', { ...outline, class: 'box', stroke: colorOf(face.label) });
    line.addEventListener('click', () => onclick?.(face, place));
    // A dark edge below the colored line: it shows on every ground.
    const group = svgElement('g', {});
    group.append(svgElement('rect', { ...outline, class: 'edge' }), line);
    const above = Math.max(box.y - size * 1.35, 0);
    const wide = size * (0.6 * text.length + 0.6);
    const start = Math.max(Math.min(left, width - wide), 0);
    const words = svgElement('text', { x: start + wide / 2, y: above + size, fill: '#fff', 'font-size': size, 'text-anchor': 'middle' });
    words.textContent = text;
    plates.push(svgElement('rect', { x: start, y: above, width: wide, height: size * 1.35, fill: '#111d', rx: size / 4 }), words);
    return group;
  });
  // Labels last: no box crosses one.
  svg.replaceChildren(...groups, ...plates);
  return groups;
}

function svgElement(name, attributes) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
  return element;
}

/** Shows Grad-CAM and occlusion map of one face of a picture. */
export async function explain(blob, place, name) {
  const dialog = document.getElementById('why');
  const body = document.getElementById('why-body');
  body.replaceChildren(make('p', { text: 'Looking …', role: 'status' }));
  dialog.showModal();
  try {
    // The picture would have to be sent.
    if (inBrowser()) throw new Error('The server works out what an answer rests on, and pictures are read in this browser alone now. Switch that off to ask the server.');
    const answer = await ask(`v1/explanations?face=${place}`, { method: 'POST', body: blob, signal: untilSwitched(), headers: { 'Content-Type': blob.type || 'application/octet-stream' } });
    const maps = [[answer.face, 'What the network saw', 'The aligned face in gray'], [answer.gradCam, 'Grad-CAM: what spoke for the answer', 'The face with the places that spoke for the answer in orange and yellow'], [answer.occlusion, 'Occlusion: where covering costs most', 'The face with the places whose covering lowers the answer in orange and yellow']];
    body.replaceChildren(
      make('p', { text: `${name}: ${answer.label} ${percent(answer.confidence)}. The brighter a place, the more the answer rests on it.` }),
      make('div', { class: 'maps' }, ...maps.filter(([source]) => source).map(([source, caption, alt]) => make('figure', {}, make('img', { src: source, alt }), make('figcaption', { text: caption })))),
      make('p', { class: 'quiet', text: 'A map shows what the network used, not whether it was right to.' }));
  } catch (error) {
    body.replaceChildren(make('p', { class: 'bad', text: error.message }));
  }
}
