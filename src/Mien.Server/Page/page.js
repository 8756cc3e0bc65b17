// Starts the page: what the model says of itself, and every way to give a picture.
import { startCamera, stopCamera, takePicture } from './camera.js';
import { colorOf, make, model, percent, say } from './faces.js';
import { clear, saveCsv, saveJson } from './history.js';
import { readPhotos } from './photos.js';
import { ask } from './server.js';
import './switch.js';

const byId = id => document.getElementById(id);
const drop = byId('drop');
const files = byId('files');

byId('choose').addEventListener('click', () => files.click());
files.addEventListener('change', async () => {
  await readPhotos(files.files);
  files.value = '';
});
for (const event of ['dragover', 'dragenter']) {
  document.addEventListener(event, drag => { drag.preventDefault(); drop.classList.add('over'); });
}
document.addEventListener('dragleave', drag => { if (!drag.relatedTarget) drop.classList.remove('over'); });
document.addEventListener('drop', async dropped => {
  dropped.preventDefault();
  drop.classList.remove('over');
  await readPhotos(dropped.dataTransfer.files);
});
document.addEventListener('paste', async pasted => {
  if (pasted.clipboardData.files.length > 0) await readPhotos(pasted.clipboardData.files);
});
byId('camera-start').addEventListener('click', startCamera);
byId('camera-stop').addEventListener('click', () => stopCamera());
byId('camera-take').addEventListener('click', takePicture);
byId('save-json').addEventListener('click', saveJson);
byId('save-csv').addEventListener('click', saveCsv);
byId('clear').addEventListener('click', () => {
  clear();
  byId('cards').replaceChildren();
  byId('empty').hidden = false;
  say('Cleared.');
  byId('results').focus();
});

try {
  Object.assign(model, await ask('v1/model'));
  model.colors = Object.fromEntries(model.classes.map(({ label, color }) => [label, color]));
  byId('model').textContent = `Model ${model.name}`;
  showAccuracy();
} catch (error) {
  say(error.message, true);
}

/** What people do on the same faces: from the model's file, or what is known of FER2013's labels. */
function people(split) {
  const person = model.metrics[`${split}.onePerson`];
  if (person !== undefined) return ` One person says what most of the others say of ${percent(person)}.`;
  const seven = model.classes.map(each => each.label).join() === 'angry,disgust,fear,happy,sad,surprise,neutral';
  return seven ? ' People themselves agree with FER2013’s labels on about 65 %.' : '';
}

/** Figures come from the model's own file: another model, other figures. */
function showAccuracy() {
  byId('says').textContent = model.meaning;
  const split = ['PrivateTest', 'PublicTest'].find(name => model.metrics[`${name}.accuracy`] !== undefined);
  if (split) byId('accuracy').textContent = `Of ${split}'s faces, which the model has not learned from, it reads ${percent(model.metrics[`${split}.accuracy`])} as people labeled them.${people(split)}`;
  const measured = ['PrivateTest', 'PublicTest'].find(name => model.classes.every(each => each.recall[name] !== undefined));
  if (!measured) {
    byId('by-class').append(make('p', { class: 'quiet', text: 'This model’s file does not say how well it reads each expression: `mien evaluate` tells.' }));
    return;
  }
  const rows = model.classes.map(({ label, recall }) => {
    const fill = make('div', { class: 'fill' });
    fill.style.background = colorOf(label);
    fill.style.width = `${recall[measured] * 100}%`;
    return make('tr', {}, make('th', { scope: 'row', text: label }), make('td', { class: 'bar bars', 'aria-hidden': 'true' }, make('div', { class: 'track' }, fill)), make('td', { class: 'number', text: percent(recall[measured]) }));
  });
  byId('by-class').append(make('table', {}, make('caption', { text: `Of the faces with each label, how many are read so (${measured})` }), make('tbody', {}, ...rows)));
}
