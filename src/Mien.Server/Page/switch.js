// The switch between a server that reads pictures and a page that does so alone.
import { cameraIsOn, stopCamera } from './camera.js';
import { say } from './faces.js';
import { readWith } from './reader.js';
import { load } from './server.js';

const box = document.getElementById('local');
let reading = null;

box.addEventListener('change', () => { if (box.checked) switchOn(); else switchOff('The server reads pictures again.'); });

/** From this moment on no picture is sent: those that come while the networks are loading wait for them. */
async function switchOn() {
  stopLive();
  const mine = reading = open();
  readWith(mine);
  tell();
  say('Loading what reads pictures here …');
  try {
    await mine;
    if (reading === mine) say('Pictures are read in this browser alone now: none leaves this device.');
  } catch (error) {
    if (reading === mine) switchOff(`Pictures can’t be read in this browser alone, and the switch is off again. ${error.message}`, true);
  }
}

function switchOff(reason, bad = false) {
  stopLive();
  reading?.then(reader => reader.close(), () => {});
  reading = null;
  readWith(null);
  box.checked = false;
  tell();
  say(reason, bad);
}

/** Its frames go to whoever read when it was started. */
function stopLive() {
  if (!cameraIsOn()) return;
  stopCamera();
  box.focus();
}

async function open() {
  const { LocalReader } = await import('./browser/local.js').catch(() => { throw new Error('The server can’t be reached. Is it still running?'); });
  return LocalReader.open(load);
}

/** Says where pictures go now. */
function tell() {
  for (const text of document.querySelectorAll('[data-reads]')) text.hidden = (text.dataset.reads === 'browser') !== box.checked;
}
