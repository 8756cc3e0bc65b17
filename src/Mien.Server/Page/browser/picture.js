// Decodes a picture as the server does: upright, sRGB, transparent parts on mid-gray.
import { isBegunThroughout, isJpeg, withEnds, withoutZeros } from './jpeg.js';
import { kindOf, NEEDED } from './kinds.js';

const GROUND = '#808080';

// Rows are read some at a time: phones have no canvas for all of a large photo.
const PIXELS_AT_ONCE = 4_000_000;

// A bitmap's alpha mask, and what its header must say for one to be there.
const ALPHA_MASK = 66;
const LEAST_HEADER = 56;

/** Decodes a file: { width, height, pixels }, four bytes a pixel. */
export async function decode(file, name, maxPixels) {
  if (file.size === 0) throw new Error(`${name}: empty file, expected a picture.`);
  const start = new Uint8Array(await file.slice(0, NEEDED).arrayBuffer());
  const kind = kindOf(start);
  if (kind) throw new Error(`${name}: ${kind[0]}, which can't be read. ${kind[1]}`);
  const bitmap = await createImageBitmap(file).catch(() => null);
  if (!bitmap && isJpeg(start)) {
    const picture = await withoutEnd(new Uint8Array(await file.arrayBuffer()), name, maxPixels);
    if (picture) return picture;
  }
  if (!bitmap) {
    throw new Error(isBegun(start)
      ? `${name}: cut off or damaged. Fetch or save it again.`
      : `${name}: not a picture that can be read. Expected JPEG, PNG, WebP, BMP, GIF, TIFF or PPM.`);
  }
  check(bitmap, name, maxPixels);
  if (hasAlphaMask(start) && isClear(bitmap)) {
    bitmap.close();
    const opaque = new Uint8Array(await file.arrayBuffer());
    opaque.fill(0, ALPHA_MASK, ALPHA_MASK + 4);
    return pixelsOf(await createImageBitmap(new Blob([opaque])));
  }
  return pixelsOf(bitmap);
}

function check(bitmap, name, maxPixels) {
  if (bitmap.width * bitmap.height <= maxPixels) return;
  bitmap.close();
  throw new Error(`${name}: ${bitmap.width}x${bitmap.height} is ${Math.round(bitmap.width * bitmap.height / 1e6)} megapixels, more than the limit of ${Math.round(maxPixels / 1e6)}. Shrink it, or raise the limit.`);
}

/** A JPEG that lacks its end marker alone; null where it lacks more. */
async function withoutEnd(jpeg, name, maxPixels) {
  if (!isBegunThroughout(jpeg)) return null;
  const data = withoutZeros(jpeg);
  const picture = await whole(data, name, maxPixels);
  if (picture || jpeg.at(-1) !== 0 || data.length === jpeg.length) return picture;
  // The last of the data may be zeros. Where the picture needs fewer than there are, they are none of it.
  const others = await whole(jpeg, name, maxPixels);
  return others && !await whole(jpeg.subarray(0, -2), name, maxPixels) ? others : null;
}

async function whole(jpeg, name, maxPixels) {
  const [one, other] = await Promise.all(withEnds(jpeg).map(file => createImageBitmap(file).catch(() => null)));
  if (!one || !other) return null;
  check(one, name, maxPixels);
  const picture = pixelsOf(one);
  const pixels = pixelsOf(other).pixels;
  return picture.pixels.every((value, place) => value === pixels[place]) ? picture : null;
}

/** Whether a bitmap's header tells of alpha. */
function hasAlphaMask(start) {
  const view = new DataView(start.buffer);
  return start.length > ALPHA_MASK + 4 && start[0] === 0x42 && start[1] === 0x4d
    && view.getUint32(14, true) >= LEAST_HEADER && view.getUint16(28, true) === 32 && view.getUint32(ALPHA_MASK, true) !== 0;
}

/** Whether alpha is 0 in every pixel: the program that wrote the file left it out. */
function isClear(bitmap) {
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.drawImage(bitmap, 0, 0);
  return context.getImageData(0, 0, bitmap.width, bitmap.height).data.every((value, place) => place % 4 !== 3 || value === 0);
}

/** Whether a file that is not understood begins as a picture does. */
function isBegun(start) {
  const text = String.fromCharCode(...start.subarray(0, 32));
  return isJpeg(start) || text.startsWith('\x89PNG\r\n\x1a\n') || text.startsWith('GIF8') || (text.startsWith('RIFF') && text.startsWith('WEBP', 8))
    || (text.startsWith('BM') && text.length > 26 && text.startsWith('\0\0\0\0', 6));
}

/** The pixels of a bitmap, which is used up. */
export function pixelsOf(bitmap) {
  const { width, height } = bitmap;
  const rows = Math.max(1, Math.min(height, Math.floor(PIXELS_AT_ONCE / width)));
  const canvas = new OffscreenCanvas(width, rows);
  const context = canvas.getContext('2d', { alpha: false, willReadFrequently: true });
  const pixels = new Uint8Array(width * height * 4);
  for (let top = 0; top < height; top += rows) {
    const count = Math.min(rows, height - top);
    context.fillStyle = GROUND;
    context.fillRect(0, 0, width, count);
    context.drawImage(bitmap, 0, top, width, count, 0, 0, width, count);
    pixels.set(context.getImageData(0, 0, width, count).data, top * width * 4);
  }
  bitmap.close();
  return { width, height, pixels };
}
