// SPDX-License-Identifier: MIT
// What the probes' samples say: which frames came, whether speech came, and how far sound and picture
// are apart.

import { RATE, frameDistance } from './frame-code.mjs';

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

/** The frame (with a fraction, unbounded) that a video showed at a time, from the frames around it. */
export function frameAt(samples, at, reach = 700) {
  const near = samples.filter((sample) => Math.abs(sample.at - at) < reach);
  if (near.length < 8) return null;
  const first = near[0].frame;
  return first + median(near.map((sample) => frameDistance(sample.frame, first) - ((sample.at - at) * RATE) / 1000));
}

/** For each burst that was heard, the frame that was seen at that moment. */
export function pairBursts(samples, bursts) {
  return bursts
    .map(({ at, index }) => ({ at, index, frame: frameAt(samples, at) }))
    .filter(({ frame }) => frame !== null);
}

/**
 * By how many milliseconds the sound came later against the picture than at the source; one value a
 * burst. `latest` is how long after the source (in its own clock) a burst may be heard.
 */
export function skews(source, received, latest = 3000) {
  return received.flatMap((burst) => {
    const sent = source.find(({ index, at }) => index === burst.index && burst.at - at > -300 && burst.at - at < latest);
    return sent ? [(frameDistance(burst.frame, sent.frame) * 1000) / RATE] : [];
  });
}

/** Whether frames came in order; counts steps of the frame number. */
export function progress(samples) {
  let steps = 0;
  let backward = 0;
  for (let i = 1; i < samples.length; i++) {
    const step = frameDistance(samples[i].frame, samples[i - 1].frame);
    if (step > 0) steps += step;
    if (step < 0) backward++;
  }
  return { count: samples.length, steps, backward };
}

/** A delay in milliseconds for each received frame whose twin the source showed at a known time. */
export function frameDelays(source, received) {
  const shown = new Map();
  for (const { frame, at } of source) shown.set(frame, [...(shown.get(frame) ?? []), at]);
  return received.flatMap(({ frame, at }) => {
    const times = (shown.get(frame) ?? []).filter((time) => time <= at + 50);
    return times.length ? [at - Math.max(...times)] : [];
  });
}

function correlation(a, b) {
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [ma, mb] = [mean(a), mean(b)];
  let ab = 0;
  let aa = 0;
  let bb = 0;
  for (let i = 0; i < a.length; i++) {
    ab += (a[i] - ma) * (b[i] - mb);
    aa += (a[i] - ma) ** 2;
    bb += (b[i] - mb) ** 2;
  }
  return aa && bb ? ab / Math.sqrt(aa * bb) : 0;
}

/** Best correlation of what was heard with the looped source, over every shift. Decibels, floored. */
export function speechMatch(heard, source) {
  const level = (rms) => Math.max(-60, 20 * Math.log10(rms + 1e-9));
  const a = heard.map(level);
  const b = source.map(level);
  let best = { match: -1, shift: 0 };
  for (let shift = 0; shift < b.length; shift++) {
    const match = correlation(a, a.map((_, index) => b[(index + shift) % b.length]));
    if (match > best.match) best = { match, shift };
  }
  return best;
}

export { median };
