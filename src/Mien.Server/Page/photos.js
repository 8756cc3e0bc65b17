// Photos: dropped, pasted or chosen; a card each.
import { drawBoxes, explain, facePanel, make, model, percent, say } from './faces.js';
import { addPhoto } from './history.js';
import { readPicture } from './reader.js';

const cards = document.getElementById('cards');

/** Reads photos one after the other; each has its card at once. */
export async function readPhotos(files) {
  const pictures = [...files].filter(file => file.type.startsWith('image/') || file.type === '');
  if (pictures.length === 0) {
    if (files.length > 0) say('That is no picture. JPEG, PNG, WebP, BMP, GIF, TIFF and PPM can be read.', true);
    return;
  }
  document.getElementById('empty').hidden = true;
  let faces = 0;
  const waiting = pictures.map(file => [file, newCard(file)]);
  for (const [file, card] of waiting) {
    say(`Reading ${file.name || 'the picture'} …`);
    faces += await readPhoto(file, card);
  }
  say(`${pictures.length === 1 ? 'Done' : `${pictures.length} pictures read`}: ${faces === 0 ? 'no face found' : faces === 1 ? '1 face' : `${faces} faces`}.`);
}

function newCard(file) {
  const picture = make('img', { alt: file.name || 'pasted picture', src: URL.createObjectURL(file) });
  const caption = make('figcaption', { text: `${file.name || 'pasted picture'}: reading …` });
  const boxes = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  boxes.setAttribute('aria-hidden', 'true');
  const faces = make('div', { class: 'faces' });
  const card = make('article', { class: 'card', 'aria-busy': 'true' }, make('figure', {}, make('div', { class: 'frame' }, picture, boxes), caption), faces);
  cards.prepend(card);
  return { card, picture, caption, boxes, faces };
}

async function readPhoto(file, { card, picture, caption, boxes, faces }) {
  const name = file.name || 'pasted picture';
  try {
    const { result, stayed } = await readPicture(file, name, model.limits);
    addPhoto(result);
    const found = result.faces;
    caption.textContent = `${name}: ${found.length === 0 ? 'no face found' : found.length === 1 ? '1 face' : `${found.length} faces`}`;
    picture.alt = found.length === 0 ? `${name}: no face found` : `${name}: ${found.map((face, place) => `face ${place + 1} ${face.label} ${percent(face.confidence)}`).join(', ')}`;
    if (found.length === 0) faces.append(make('p', { class: 'quiet', text: 'No face was found. Faces under about 24 pixels, seen from behind or mostly covered are not found.' }));
    card.classList.toggle('wide', found.length > 4);
    // A picture that was promised to stay is not sent to be explained, whatever is switched later.
    const explainFace = stayed ? null : place => explain(file, place, `Face ${place + 1}`);
    const groups = drawBoxes(boxes, result.width, result.height, found, { nameOf: (face, place) => `${place + 1} ${face.label}`, onclick: explainFace && ((_, place) => explainFace(place)) });
    found.forEach((face, place) => {
      const { panel, show } = facePanel(`Face ${place + 1}`, explainFace && (() => explainFace(place)));
      show(face);
      for (const [event, on] of [['pointerenter', true], ['pointerleave', false], ['focusin', true], ['focusout', false]])
        panel.addEventListener(event, () => groups[place].classList.toggle('on', on));
      faces.append(panel);
    });
    return found.length;
  } catch (error) {
    caption.textContent = `${name}: not read`;
    faces.replaceChildren(make('p', { class: 'bad', text: error.message }));
    addPhoto({ file: name, error: error.message });
    return 0;
  } finally {
    card.setAttribute('aria-busy', 'false');
  }
}
