// The camera: its frames go to whoever reads pictures, what is found in the newest comes back.
import { drawBoxes, explain, facePanel, percent, say } from './faces.js';
import { addFrame, beginCamera } from './history.js';
import { readPhotos } from './photos.js';
import { inBrowser, openFrames } from './reader.js';
import { toJpeg } from './server.js';

const WIDTH = 640;
const UNDER_WAY = 2;
const byId = id => document.getElementById(id);
const video = byId('video');
const boxes = byId('live-boxes');
const panels = new Map();
const times = [];
let stream = null;
let frames = null;
let sent = 0;
let answered = 0;
let sending = false;
let lastSaid = '';
let mirrored = true;

export async function startCamera() {
  if (!navigator.mediaDevices?.getUserMedia) {
    say('Browsers open a camera over https or on localhost alone. Open this page that way.', true);
    return;
  }
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'user', width: { ideal: WIDTH } }, audio: false });
  } catch (error) {
    say(error.name === 'NotAllowedError' ? 'The camera was not allowed. Allow it in the address bar, then try again.' : 'No camera was found.', true);
    return;
  }
  mirrored = stream.getVideoTracks()[0].getSettings().facingMode !== 'environment';
  video.classList.toggle('mirror', mirrored);
  video.srcObject = stream;
  await video.play();
  byId('camera').hidden = false;
  byId('camera-start').hidden = true;
  byId('camera-stop').focus();
  beginCamera();
  await open();
}

export const cameraIsOn = () => stream !== null;

export function stopCamera(reason = 'The camera is off.', bad = false) {
  stream?.getTracks().forEach(track => track.stop());
  stream = null;
  frames?.close();
  frames = null;
  panels.clear();
  boxes.replaceChildren();
  byId('live-faces').replaceChildren();
  byId('camera').hidden = true;
  byId('camera-start').hidden = false;
  byId('camera-start').focus();
  say(reason, bad);
}

/** What the camera shows now, as a photo. */
export async function takePicture() {
  const blob = await toJpeg(grab(video.videoWidth, 0, 0, video.videoWidth, video.videoHeight));
  await readPhotos([new File([blob], `camera-${new Date().toLocaleTimeString('en-GB').replaceAll(':', '.')}.jpg`, { type: 'image/jpeg' })]);
}

async function open() {
  sent = answered = 0;
  const camera = stream;
  const mine = () => stream === camera;
  const opened = await openFrames({
    onopen: () => { if (mine()) { say('The camera is on.'); send(); } },
    onanswer: answer => { if (mine()) show(answer); },
    onclose: reason => { if (mine()) stopCamera(reason, true); },
  }).catch(error => { if (mine()) stopCamera(error.message, true); });
  if (mine()) frames = opened;
  else opened?.close();
}

/** Sends a frame as soon as the last but one is answered: the picture stays fresh however slow the way is. */
async function send() {
  if (sending || !frames?.ready || sent - answered >= UNDER_WAY || !video.videoWidth) {
    if (frames) setTimeout(send, 30);
    return;
  }
  sending = true;
  sent++;
  await frames.send(grab(WIDTH, 0, 0, video.videoWidth, video.videoHeight));
  sending = false;
  setTimeout(send, 30);
}

function grab(width, x, y, fromWidth, fromHeight) {
  const canvas = document.createElement('canvas');
  canvas.width = Math.min(width, fromWidth);
  canvas.height = Math.round(canvas.width * fromHeight / fromWidth);
  canvas.getContext('2d').drawImage(video, x, y, fromWidth, fromHeight, 0, 0, canvas.width, canvas.height);
  return canvas;
}

function show(answer) {
  answered = answer.frame + 1;
  if (!stream || answer.error) return;
  addFrame(answer);
  const scale = video.videoWidth / answer.width;
  const explainLive = inBrowser() ? null : async face => {
    const { box } = face;
    const [width, height] = [box.width * 2 * scale, box.height * 2 * scale];
    const blob = await toJpeg(grab(WIDTH, (box.x - box.width / 2) * scale, (box.y - box.height / 2) * scale, width, height));
    await explain(blob, 0, `Face ${face.track}`);
  };
  drawBoxes(boxes, answer.width, answer.height, answer.faces, { mirror: mirrored, nameOf: face => `${face.track} ${face.label} ${percent(face.confidence)}`, onclick: explainLive });
  const present = new Set(answer.faces.map(face => face.track));
  for (const [track, { panel }] of panels) {
    if (!present.has(track)) { panel.remove(); panels.delete(track); }
  }
  for (const face of answer.faces) {
    if (!panels.has(face.track)) {
      const entry = facePanel(`Face ${face.track}`, explainLive && (() => explainLive(entry.face)));
      panels.set(face.track, entry);
      byId('live-faces').append(entry.panel);
    }
    const entry = panels.get(face.track);
    entry.face = face;
    entry.show(face);
  }
  times.push(performance.now());
  if (times.length > 20) times.shift();
  byId('rate').textContent = times.length > 1 ? `${((times.length - 1) * 1000 / (times.at(-1) - times[0])).toFixed(1)} pictures a second, ${answer.passedOver} passed over` : '';
  announce(answer.faces);
}

let mayAnnounce = 0;
/** A screen reader hears changes, not every frame. */
function announce(faces) {
  const text = faces.length === 0 ? 'No face in sight.' : faces.map(face => `Face ${face.track}: ${face.label}`).join(', ') + '.';
  if (text === lastSaid || performance.now() < mayAnnounce) return;
  mayAnnounce = performance.now() + 3000;
  lastSaid = text;
  say(text);
}
