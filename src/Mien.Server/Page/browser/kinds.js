// Names files that are no picture the server reads, by their first bytes and in its words: FileKind.cs has the same.
const EXPORT = 'Open it in the program that made it and export it as JPEG or PNG.';
const UNPACK = 'Unpack it, and pass its pictures.';

const HEIC = ['a HEIC picture', 'Convert it to JPEG, for example with `heif-convert IN.heic OUT.jpg` of libheif. An iPhone takes JPEG under Settings, Camera, Formats, Most Compatible.'];
const AVIF = ['an AVIF picture', 'Convert it to PNG, for example with `avifdec IN.avif OUT.png` of libavif, or with ffmpeg.'];
const JPEG_XL = ['a JPEG XL picture', 'Convert it to PNG, for example with `djxl IN.jxl OUT.png` of libjxl.'];
const JPEG_2000 = ['a JPEG 2000 picture', 'Convert it to PNG, for example with `opj_decompress -i IN.jp2 -o OUT.png` of OpenJPEG.'];
const RAW = ["a camera's RAW picture", "Export it as JPEG with the camera's program, darktable or RawTherapee."];
const BIG_TIFF = ['a BigTIFF picture', 'Convert it to TIFF with `tiffcp -4 IN.tif OUT.tif` of libtiff, or to PNG.'];
const SVG = ['an SVG drawing', 'Export it as PNG, for example with `rsvg-convert IN.svg -o OUT.png`.'];
const VIDEO = ['a video', '`mien predict` reads videos by their names (.mp4, .mov, .webm and others) through ffmpeg, in a run of their own.'];
const WEB_PAGE = ['a web page', 'The download gave a page in place of the picture: fetch the picture itself.'];

// The server reads these, a browser doesn't.
const TIFF = ['a TIFF picture', 'The server can read it: switch reading in this browser off, or convert it to PNG.'];
const NETPBM = ['a PPM, PGM or PBM picture', 'The server can read it: switch reading in this browser off, or convert it to PNG.'];

const KNOWN = [
  [0, '\xff\x0a', JPEG_XL],
  [4, 'JXL \r\n', JPEG_XL],
  [4, 'jP  \r\n', JPEG_2000],
  [0, '\xff\x4f\xff\x51', JPEG_2000],
  [0, 'II+\0', BIG_TIFF],
  [0, 'MM\0+', BIG_TIFF],
  [0, '8BPS', ['a Photoshop document', EXPORT]],
  [0, 'gimp xcf', ['a GIMP document', EXPORT]],
  [0, '%PDF-', ['a PDF document', 'Take its pictures out with `pdfimages -all IN.pdf OUT`, or its pages with `pdftoppm -jpeg IN.pdf OUT`, both of Poppler.']],
  [0, '%!PS', ['a PostScript document', EXPORT]],
  [0, '\x76\x2f\x31\x01', ['an OpenEXR picture', EXPORT]],
  [0, '#?RADIANCE', ['a Radiance HDR picture', EXPORT]],
  [0, 'DDS ', ['a DDS texture', EXPORT]],
  [0, 'qoif', ['a QOI picture', 'Convert it to PNG, for example with `ffmpeg -i IN.qoi OUT.png`.']],
  [128, 'DICM', ['a DICOM picture', 'Convert it to PNG, for example with `dcm2img IN OUT.png` of DCMTK.']],
  ...['IIRO', 'IIRS', 'MMOR', 'IIU\0', 'FUJIFILMCCD-RAW', 'FOVb', '\0MRM'].map(start => [0, start, RAW]),
  [0, '\x1a\x45\xdf\xa3', VIDEO],
  [0, 'FLV\x01', VIDEO],
  [0, '\0\0\x01\xba', VIDEO],
  [4, 'moov', VIDEO],
  [4, 'mdat', VIDEO],
  [8, 'AVI ', VIDEO],
  [0, 'PK\x03\x04', ['a zip archive', UNPACK]],
  [0, '\x1f\x8b', ['a gzip archive', UNPACK]],
  [0, '7z\xbc\xaf', ['a 7z archive', UNPACK]],
  [0, 'version https://git-lfs', ['a Git LFS pointer', 'Fetch the picture that it stands for with `git lfs pull`.']],
];

const HEIC_BRANDS = ['heic', 'heix', 'hevc', 'hevx', 'heim', 'heis', 'hevm', 'hevs', 'mif1', 'msf1', 'mif2'];

/** So many bytes of a file are enough to tell. */
export const NEEDED = 4096;

/** What a file is that can't be read here, as [name, cure]; null where nothing is known of it. */
export function kindOf(bytes) {
  const text = String.fromCharCode(...bytes.subarray(0, NEEDED));
  if (text.length >= 12 && text.startsWith('ftyp', 4)) return ofBrands(text, new DataView(bytes.buffer, bytes.byteOffset).getUint32(0));
  if (text.startsWith('II*\0') || text.startsWith('MM\0*')) return isCamerasOwn(bytes, text) ? RAW : TIFF;
  if (/^P[1-6][ \t\r\n\v\f#]/.test(text)) return NETPBM;
  const known = KNOWN.find(([place, start]) => text.startsWith(start, place));
  return known ? known[2] : ofMarkup(text);
}

function ofBrands(text, length) {
  let found = VIDEO;
  for (let place = 8; place + 4 <= Math.min(Math.max(length, 12), text.length); place += 4) {
    const brand = text.slice(place, place + 4);
    if (brand === 'avif' || brand === 'avis') return AVIF;
    if (brand === 'crx ') return RAW;
    if (brand === 'jxl ') return JPEG_XL;
    if (HEIC_BRANDS.includes(brand)) found = HEIC;
  }
  return found;
}

/** Whether a TIFF's first folder tells of a sensor's data: TiffFolder.cs. */
function isCamerasOwn(bytes, text) {
  if (text.startsWith('CR', 8)) return true;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = text[0] === 'I';
  const start = view.byteLength < 8 ? 0 : view.getUint32(4, little);
  if (start < 8 || start > view.byteLength - 2) return false;
  const count = Math.min(view.getUint16(start, little), Math.floor((view.byteLength - start - 2) / 12));
  let small = false;
  let others = false;
  for (let place = start + 2; place < start + 2 + 12 * count; place += 12) {
    const tag = view.getUint16(place, little);
    const value = [3, 8].includes(view.getUint16(place + 2, little)) ? view.getUint16(place + 8, little) : view.getUint32(place + 8, little);
    if (tag === 50706 || (tag === 262 && [32803, 34892].includes(value))) return true;
    small ||= tag === 254 && (value & 1) === 1;
    others ||= tag === 330;
  }
  return small && others;
}

function ofMarkup(text) {
  const begin = text.slice(0, 1024).replace(/^[\xef\xbb\xbf \t\r\n]+/, '').toLowerCase();
  if (!begin.startsWith('<')) return null;
  if (begin.startsWith('<!doctype html') || begin.startsWith('<html')) return WEB_PAGE;
  return begin.includes('<svg') || begin.includes('<!doctype svg') ? SVG : null;
}
