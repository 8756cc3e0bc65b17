// Cuts a face out upright: Mien.Faces.FaceAligner in JavaScript.

// Right eye, left eye and mouth in shares of the crop's side.
const LAYOUT = [[0.312, 0.386], [0.688, 0.386], [0.5, 0.785]];

/** The map (u,v) -> (a u - b v + x, b u + a v + y) from the crop's unit square to the picture's pixels (Umeyama 1991). */
export function transform([rightEye, leftEye, , mouth]) {
  const found = [rightEye, leftEye, mouth];
  const middle = points => [0, 1].map(axis => points.reduce((sum, point) => sum + point[axis], 0) / points.length);
  const from = middle(LAYOUT);
  const to = middle(found);
  let dot = 0;
  let cross = 0;
  let spread = 0;
  LAYOUT.forEach((place, i) => {
    const [u, v] = [place[0] - from[0], place[1] - from[1]];
    const [x, y] = [found[i][0] - to[0], found[i][1] - to[1]];
    dot += u * x + v * y;
    cross += u * y - v * x;
    spread += u * u + v * v;
  });
  const a = dot / spread;
  const b = cross / spread;
  return { a, b, x: to[0] - a * from[0] + b * from[1], y: to[1] - b * from[0] - a * from[1] };
}

/** Side in pixels and turn in degrees of the square that is cut out. */
export function locate(points) {
  const { a, b } = transform(points);
  return { side: Math.hypot(a, b), degrees: Math.atan2(b, a) * 180 / Math.PI };
}

/** One aligned face as [size*size] gray levels (ITU-R BT.601). */
export function align(pyramid, points, size) {
  const { a, b, x: x0, y: y0 } = transform(points);
  const sampler = pyramid.means(Math.hypot(a, b) / size);
  const gray = new Uint8Array(size * size);
  const colors = new Float32Array(3);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const u = (x + 0.5) / size;
      const v = (y + 0.5) / size;
      sampler.mean(a * u - b * v + x0, b * u + a * v + y0, colors);
      const [red, green, blue] = colors;
      gray[y * size + x] = (Math.floor(red + 0.5) * 19595 + Math.floor(green + 0.5) * 38470 + Math.floor(blue + 0.5) * 7471 + 32768) >> 16;
    }
  }
  return gray;
}
