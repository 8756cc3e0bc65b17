// Decodes a picture as the server does: upright, sRGB, transparent parts on mid-grey.
const GROUND = '#808080';

// Rows are read some at a time: phones have no canvas for all of a large photo.
const PIXELS_AT_ONCE = 4_000_000;

/** Decodes a file: { width, height, pixels }, four bytes a pixel. */
export async function decode(file, name, maxPixels) {
  if (file.size === 0) throw new Error(`${name}: empty file, expected a picture.`);
  const bitmap = await createImageBitmap(file).catch(() => {
    throw new Error(`${name}: not a picture that can be read. Expected JPEG, PNG, WebP, BMP or GIF.`);
  });
  if (bitmap.width * bitmap.height > maxPixels) {
    bitmap.close();
    throw new Error(`${name}: ${bitmap.width}x${bitmap.height} is ${Math.round(bitmap.width * bitmap.height / 1e6)} megapixels, more than the limit of ${Math.round(maxPixels / 1e6)}. Shrink it, or raise the limit.`);
  }
  return pixelsOf(bitmap);
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
