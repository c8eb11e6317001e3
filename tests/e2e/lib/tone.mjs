// SPDX-License-Identifier: MIT
// Finds where a tone burst begins, to 5 ms. The same text runs in the page's ear and in node.

export const TONES = [2200, 2600, 3000, 3400];
export const TONE_BLOCK = 240;
/** A burst is 24 blocks long; speech does not hold one pure high tone for half of that. */
const ENOUGH = 12;

/** Part of a block's energy that is in one tone (Goertzel). */
function purity(block, energy, hertz, rate) {
  const factor = 2 * Math.cos((2 * Math.PI * hertz) / rate);
  let a = 0;
  let b = 0;
  for (const sample of block) [a, b] = [sample + factor * a - b, a];
  return (2 * (a * a + b * b - factor * a * b)) / (block.length * energy);
}

export class BurstFinder {
  constructor(rate) {
    this.rate = rate;
    this.run = { index: -1, length: 0, begin: 0 };
  }

  /** Takes a block that began at this time (s); gives {index, begin} once a burst is certain. */
  push(block, begin) {
    let energy = 0;
    for (const sample of block) energy += sample * sample;
    const loud = Math.sqrt(energy / block.length) > 0.004;
    const index = loud ? TONES.findIndex((hertz) => purity(block, energy, hertz, this.rate) > 0.6) : -1;
    if (index !== this.run.index) this.run = { index, length: 0, begin };
    this.run.length++;
    return index >= 0 && this.run.length === ENOUGH ? { index, begin: this.run.begin } : null;
  }
}
