// Boxes in pixels of the upright picture: Mien.Faces.Box in JavaScript.

/** Area that two boxes share. */
export function intersection(one, other) {
  const width = Math.min(one.x + one.width, other.x + other.width) - Math.max(one.x, other.x);
  const height = Math.min(one.y + one.height, other.y + other.height) - Math.max(one.y, other.y);
  return Math.max(0, width) * Math.max(0, height);
}

export const area = box => box.width * box.height;

export const centerOf = box => [box.x + box.width / 2, box.y + box.height / 2];

/** Intersection over union, 0 to 1. */
export function overlap(one, other) {
  const shared = intersection(one, other);
  const union = area(one) + area(other) - shared;
  return union > 0 ? shared / union : 0;
}

export const clamp = (value, least, most) => Math.min(Math.max(value, least), most);

/** The part inside a picture. */
export function within(box, width, height) {
  const x = clamp(box.x, 0, width);
  const y = clamp(box.y, 0, height);
  return { x, y, width: clamp(box.x + box.width, 0, width) - x, height: clamp(box.y + box.height, 0, height) - y };
}
