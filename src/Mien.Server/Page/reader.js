// Who reads pictures: the server, or this page alone once it was switched on.
import { openStream, sendPhoto } from './server.js';

// A promise of the page's own reader: what comes while it is loading waits for it and goes nowhere else.
let local = null;
let requests = new AbortController();

export const inBrowser = () => local !== null;

/** Ends a request that carries a picture as soon as none may be sent: it must not be repeated then. */
export const untilSwitched = () => requests.signal;

/** From now on the page's own reader reads; null for the server. */
export function readWith(reader) {
  local = reader;
  if (reader) requests.abort();
  else requests = new AbortController();
}

/** A photo's result in the server's JSON, and whether the picture stayed here. */
export async function readPicture(file, name, limits) {
  const signal = untilSwitched();
  if (!local) {
    try {
      return { result: await sendPhoto(file, name, limits, signal), stayed: false };
    } catch (error) {
      if (!signal.aborted || !local) throw error;
    }
  }
  return { result: await (await local).read(file, name), stayed: true };
}

/** Opens a way for a camera's frames; `send` takes a canvas. */
export async function openFrames(handlers) {
  return local ? (await local).follow(handlers) : openStream(handlers);
}
