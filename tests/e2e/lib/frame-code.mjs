// SPDX-License-Identifier: MIT
// The machine-readable number in each frame of the test cameras: a row of twenty black or white
// blocks along the upper edge, large enough to survive VP8 at a low bitrate and a height of 180.
//
//   white black | 10 bits frame, Gray coded | 2 bits camera | 4 bits checksum | black white
//
// The same text runs in node (drawing, reading clips) and in the page (reading a <video>).

export const BLOCKS = 20;
/** Fifteen a second: five browsers and the server share two cores with what they encode and decode. */
export const RATE = 15;
export const FRAMES = RATE * 20;
export const WIDTH = 640;
export const HEIGHT = 360;
/** Height of the row, as a part of the picture's. */
export const ROW = 32 / HEIGHT;

function checksum(camera, frame) {
  let sum = (9 + camera * 5) & 15;
  for (let value = frame; value > 0; value >>= 3) sum = (sum * 7 + (value & 7)) & 15;
  return sum;
}

function bits(value, count) {
  return Array.from({ length: count }, (_, index) => (value >> (count - 1 - index)) & 1);
}

/** The blocks of a frame, 1 for white. */
export function encodeBlocks(camera, frame) {
  return [1, 0, ...bits(frame ^ (frame >> 1), 10), ...bits(camera, 2), ...bits(checksum(camera, frame), 4), 0, 1];
}

function number(blocks) {
  return blocks.reduce((value, bit) => value * 2 + bit, 0);
}

/** Reads the mean brightness of each block; null if it is no valid code. */
export function decodeLevels(levels) {
  const white = (levels[0] + levels[19]) / 2;
  const black = (levels[1] + levels[18]) / 2;
  if (white - black < 60) return null;
  const blocks = levels.map((level) => (level > (white + black) / 2 ? 1 : 0));
  let frame = number(blocks.slice(2, 12));
  for (let shift = frame >> 1; shift > 0; shift >>= 1) frame ^= shift;
  const camera = number(blocks.slice(12, 14));
  if (frame >= FRAMES || number(blocks.slice(14, 18)) !== checksum(camera, frame)) return null;
  return { camera, frame };
}

/** Mean of the inner half of each block, of one plane of brightness that holds the row alone. */
export function blockLevels(pixels, width, height, stride, step) {
  const block = width / BLOCKS;
  return Array.from({ length: BLOCKS }, (_, index) => {
    let sum = 0;
    let count = 0;
    for (let y = Math.floor(height / 4); y < Math.ceil((height * 3) / 4); y++) {
      for (let x = Math.floor((index + 0.25) * block); x < Math.ceil((index + 0.75) * block); x++) {
        sum += pixels[y * stride + x * step];
        count++;
      }
    }
    return sum / count;
  });
}

/** The shortest way from frame b to frame a of a camera that loops, in frames. */
export function frameDistance(a, b) {
  const distance = (((a - b) % FRAMES) + FRAMES) % FRAMES;
  return distance > FRAMES / 2 ? distance - FRAMES : distance;
}
