// SPDX-License-Identifier: MIT
// The ear of the probes: loudness every 20 ms, and where a tone burst begins, to 5 ms.

const BLOCK = 240;
const STEP = 960;
const TONES = [2200, 2600, 3000, 3400];
/** A burst is 24 blocks long; speech does not hold one pure high tone for half of that. */
const ENOUGH = 12;

/** Part of a block's energy that is in one tone (Goertzel). */
function purity(block, energy, hertz) {
  const factor = 2 * Math.cos((2 * Math.PI * hertz) / sampleRate);
  let a = 0;
  let b = 0;
  for (const sample of block) [a, b] = [sample + factor * a - b, a];
  return (2 * (a * a + b * b - factor * a * b)) / (BLOCK * energy);
}

class Listen extends AudioWorkletProcessor {
  constructor() {
    super();
    this.block = new Float32Array(BLOCK);
    this.filled = 0;
    this.sum = 0;
    this.summed = 0;
    this.levels = [];
    this.bursts = [];
    this.run = { index: -1, length: 0, begin: 0 };
  }

  process([input]) {
    const samples = input[0] ?? new Float32Array(128);
    for (const [index, sample] of samples.entries()) {
      this.block[this.filled++] = sample;
      if (this.filled === BLOCK) this.endBlock(currentTime + (index + 1) / sampleRate);
    }
    return true;
  }

  endBlock(end) {
    let energy = 0;
    for (const sample of this.block) energy += sample * sample;
    this.filled = 0;
    this.findBurst(energy, end - BLOCK / sampleRate);
    this.sum += energy;
    this.summed += BLOCK;
    if (this.summed === STEP) {
      this.levels.push(Math.sqrt(this.sum / STEP));
      this.sum = this.summed = 0;
      if (this.levels.length === 5) {
        this.port.postMessage({ end, levels: this.levels, step: STEP / sampleRate, bursts: this.bursts });
        this.levels = [];
        this.bursts = [];
      }
    }
  }

  findBurst(energy, begin) {
    const loud = Math.sqrt(energy / BLOCK) > 0.004;
    const index = loud ? TONES.findIndex((hertz) => purity(this.block, energy, hertz) > 0.6) : -1;
    if (index !== this.run.index) this.run = { index, length: 0, begin };
    this.run.length++;
    if (index >= 0 && this.run.length === ENOUGH) this.bursts.push({ index, begin: this.run.begin });
  }
}

registerProcessor('listen', Listen);
