// Where a JPEG ends: JpegFile.cs. A browser refuses one without its end marker, whole or not.
const FILLING = 256;

export const isJpeg = bytes => bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;

/** Whether every part of a picture without an end marker has begun. False: cut off, or the end marker is there. */
export function isBegunThroughout(jpeg) {
  const missing = new Map();
  let progressive = false;
  for (let place = 2; ;) {
    const step = jpeg.subarray(place).indexOf(0xff);
    if (step < 0 || place + step + 1 >= jpeg.length) break;
    place += step + 1;
    const marker = jpeg[place];
    if (marker === 0xd9) return false;
    if (marker === 0xff) continue;
    place++;
    if (marker <= 1 || (marker >= 0xd0 && marker <= 0xd8)) continue;
    if (place + 2 > jpeg.length) return false;
    const length = jpeg[place] * 256 + jpeg[place + 1];
    if (length > jpeg.length - place) return false;
    const content = jpeg.subarray(place + Math.min(2, length), place + length);
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      progressive = [0xc2, 0xc6, 0xca, 0xce].includes(marker);
      for (let i = 6; i + 3 <= content.length; i += 3) missing.set(content[i], new Array(64).fill(Infinity));
    } else if (marker === 0xda && content.length >= 4 + 2 * content[0]) {
      const range = content.subarray(1 + 2 * content[0]);
      const [first, last, low] = progressive ? [range[0], Math.min(range[1], 63), range[2] & 15] : [0, 63, 0];
      for (let i = 0; i < content[0]; i++) missing.get(content[1 + 2 * i])?.fill(low, first, last + 1);
    }
    place += length;
  }
  return missing.size > 0 && [...missing.values()].every(bits => bits.every(bit => bit === 0));
}

/** The data before zeros that fill the file, and before half an end marker. */
export function withoutZeros(jpeg) {
  let end = jpeg.length;
  while (end > 2 && jpeg[end - 1] === 0) end--;
  return jpeg.subarray(0, jpeg[end - 1] !== 0xff ? end : end < jpeg.length ? end + 1 : end - 1);
}

/** Two files of the same picture with an end marker: what is decoded from them differs where data were missing. */
export function withEnds(jpeg) {
  const other = [];
  for (let restart = 0xd0; ; restart++) {
    for (let i = 0; i < FILLING; i++) other.push(1 + (i * 151 + restart * 37) % 254);
    if (restart > 0xd7) break;
    other.push(0xff, restart);
  }
  return [new Blob([jpeg, new Uint8Array([0xff, 0xd9])]), new Blob([jpeg, new Uint8Array([...other, 0xff, 0xd9])])];
}
