// Everything that goes to the server and comes back.
let key = '';

/** The server's answer, or an error with what it says to do; asks for the key where one is needed. */
export const ask = async (path, options) => (await load(path, options)).json();

/** The same before it is read. */
export async function load(path, options = {}) {
  const answer = await fetch(path, { ...options, headers: { ...options.headers, ...(key ? { 'X-Api-Key': key } : {}) } }).catch(() => {
    throw new Error('The server can’t be reached. Is it still running?');
  });
  if (answer.status === 401) {
    await askKey();
    return load(path, options);
  }
  if (answer.status === 429) {
    await new Promise(done => setTimeout(done, 1000 * Number(answer.headers.get('Retry-After') ?? 1)));
    return load(path, options);
  }
  if (!answer.ok) {
    const problem = await answer.json().catch(() => ({}));
    throw new Error(problem.detail ?? `The server answered ${answer.status}.`);
  }
  return answer;
}

/** Sends a photo: its faces, or the error. */
export async function sendPhoto(file, name, limits, signal) {
  if (limits && file.size > limits.requestBytes) throw new Error(`The file is larger than ${Math.round(limits.requestBytes / 1e6)} MB, which is what this server takes.`);
  const form = new FormData();
  form.append('pictures', file, name);
  return (await ask('v1/expressions', { method: 'POST', body: form, signal })).pictures[0];
}

/** Opens a stream that frames go out through as JPEG. */
export function openStream({ onopen, onanswer, onclose }) {
  const address = new URL('v1/stream', document.baseURI);
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
  const socket = new WebSocket(address, protocols());
  socket.onopen = onopen;
  socket.onmessage = message => onanswer(JSON.parse(message.data));
  socket.onclose = event => onclose(event.reason || 'The connection to the server is gone.');
  return {
    get ready() { return socket.readyState === WebSocket.OPEN; },
    async send(canvas) {
      const frame = await toJpeg(canvas);
      if (socket.readyState === WebSocket.OPEN) socket.send(frame);
    },
    close: () => socket.close(),
  };
}

export const toJpeg = canvas => new Promise(done => canvas.toBlob(done, 'image/jpeg', 0.85));

/** What a WebSocket offers as protocols: the only place where a page can put a key. */
const protocols = () => key
  ? ['mien', `mien-key.${btoa(String.fromCharCode(...new TextEncoder().encode(key))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`]
  : ['mien'];

function askKey() {
  const dialog = document.getElementById('key');
  const text = document.getElementById('key-text');
  return new Promise(done => {
    dialog.addEventListener('close', () => { key = text.value; text.value = ''; done(); }, { once: true });
    dialog.showModal();
  });
}
