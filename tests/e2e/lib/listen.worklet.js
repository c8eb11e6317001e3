// SPDX-License-Identifier: MIT
// The ear of the probes: loudness every 20 ms, and the tone bursts.
/* global BurstFinder, TONE_BLOCK */

const STEP = TONE_BLOCK * 4;

class Listen extends AudioWorkletProcessor {
  constructor() {
    super();
    this.finder = new BurstFinder(sampleRate);
    this.block = new Float32Array(TONE_BLOCK);
    this.filled = 0;
    this.sum = 0;
    this.summed = 0;
    this.levels = [];
    this.bursts = [];
  }

  process([input]) {
    const samples = input[0] ?? new Float32Array(128);
    for (const [index, sample] of samples.entries()) {
      this.block[this.filled++] = sample;
      this.sum += sample * sample;
      if (this.filled === TONE_BLOCK) this.endBlock(currentTime + (index + 1) / sampleRate);
    }
    return true;
  }

  endBlock(end) {
    this.filled = 0;
    const burst = this.finder.push(this.block, end - TONE_BLOCK / sampleRate);
    if (burst) this.bursts.push(burst);
    this.summed += TONE_BLOCK;
    if (this.summed < STEP) return;
    this.levels.push(Math.sqrt(this.sum / STEP));
    this.sum = this.summed = 0;
    if (this.levels.length < 5) return;
    this.port.postMessage({ end, levels: this.levels, step: STEP / sampleRate, bursts: this.bursts });
    this.levels = [];
    this.bursts = [];
  }
}

registerProcessor('listen', Listen);
