import { crc32, deflateSync } from 'node:zlib';

/** Edge lengths in pixels that Explorer, the task bar and Task Manager ask for. */
const sizes = [16, 24, 32, 48, 64, 256];

/** Samples per pixel and direction: smooth edges without any drawing library. */
const samples = 4;

/** @typedef {[number, number]} Point in a square whose corners are (0,0) top left and (1,1) bottom right */
/** @typedef {[number, number, number]} Colour red, green, blue, 0 to 255 */

/** @type {Point[]} */
const tick = [
  [0.29, 0.47],
  [0.45, 0.64],
  [0.73, 0.31],
];
const tickHalfWidth = 0.065;

/**
 * The program's icon, a shield with a tick, drawn by code so that no binary needs to be kept.
 * @returns {{ size: number, png: Buffer }[]} one picture per size
 */
export function drawIcon() {
  return sizes.map((size) => ({ size, png: encodePng(size, drawPixels(size)) }));
}

/**
 * @param {number} size
 * @returns {Buffer} RGBA rows, each after a zero byte ("no filter" in PNG)
 */
function drawPixels(size) {
  const rows = Buffer.alloc(size * (size * 4 + 1));
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) rows.set(averagePixel(x, y, size), y * (size * 4 + 1) + 1 + x * 4);
  }
  return rows;
}

/**
 * @param {number} x
 * @param {number} y
 * @param {number} size
 * @returns {[number, number, number, number]} RGBA, the mean of the samples in this pixel
 */
function averagePixel(x, y, size) {
  const sum = [0, 0, 0];
  let covered = 0;
  for (let i = 0; i < samples * samples; i++) {
    const across = (x + ((i % samples) + 0.5) / samples) / size;
    const down = (y + (Math.floor(i / samples) + 0.5) / samples) / size;
    const colour = colourAt([across, down]);
    if (!colour) continue;
    covered++;
    colour.forEach((value, channel) => {
      sum[channel] = (sum[channel] ?? 0) + value;
    });
  }
  const mean = (/** @type {number} */ channel) => (covered ? Math.round((sum[channel] ?? 0) / covered) : 0);
  return [mean(0), mean(1), mean(2), Math.round((255 * covered) / samples ** 2)];
}

/**
 * @param {Point} point
 * @returns {Colour | undefined} undefined outside the shield
 */
function colourAt(point) {
  if (!inShield(point, 0)) return undefined;
  const [start, corner, end] = tick;
  if (
    start &&
    corner &&
    end &&
    Math.min(distance(point, start, corner), distance(point, corner, end)) < tickHalfWidth
  ) {
    return [255, 255, 255];
  }
  if (!inShield(point, 0.045)) return [11, 70, 60];
  return point[0] < 0.5 ? [22, 138, 104] : [16, 116, 92];
}

/**
 * @param {Point} point
 * @param {number} inset how far inside the outline
 */
function inShield([x, y], inset) {
  const aside = Math.abs(x - 0.5) + inset;
  const top = 0.03 + inset + 0.09 * Math.min(1, Math.abs(x - 0.5) / 0.42);
  const shoulder = 0.5;
  const below = Math.max(0, (y - shoulder) / (0.97 - inset - shoulder));
  return y >= top && below <= 1 && aside <= 0.43 * Math.sqrt(1 - below ** 1.8);
}

/**
 * @param {Point} point
 * @param {Point} from
 * @param {Point} to
 * @returns {number} distance of the point from the line between the two
 */
function distance([x, y], [fromX, fromY], [toX, toY]) {
  const [dx, dy] = [toX - fromX, toY - fromY];
  const along = Math.max(0, Math.min(1, ((x - fromX) * dx + (y - fromY) * dy) / (dx * dx + dy * dy)));
  return Math.hypot(x - fromX - along * dx, y - fromY - along * dy);
}

/**
 * @param {number} size width and height
 * @param {Buffer} rows RGBA rows, each after its filter byte
 */
function encodePng(size, rows) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 6], 8); // 8 bits a channel, RGBA
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const data = deflateSync(rows, { level: 9 });
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))]);
}

/**
 * @param {string} type
 * @param {Buffer} data
 */
function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}
