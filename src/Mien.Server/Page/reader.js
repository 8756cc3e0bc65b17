// Who reads pictures: the server, or this page alone once it was switched on.
import { openStream, sendPhoto } from './server.js';

// A promise of the page's own reader: what comes while it is loading waits for it and goes nowhere else.
let local = null;

export const inBrowser = () => local !== null;

/** From now on the page's own reader reads; null for the server. */
export function readWith(reader) {
  local = reader;
}

export async function readPicture(file, name, limits) {
  return local ? (await local).read(file, name) : sendPhoto(file, name, limits);
}

/** Opens a way for a camera's frames; `send` takes a canvas. */
export async function openFrames(handlers) {
  return local ? (await local).follow(handlers) : openStream(handlers);
}
