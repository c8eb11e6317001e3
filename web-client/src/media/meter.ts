// SPDX-License-Identifier: MIT
/*
 * How loud a microphone is, for the eye; and a tone to try the speaker with.
 */
import { chosenDevice } from "./devices";

const TICK_MS = 66;
/** Speech at a usual distance lies well inside this range. */
const FLOOR_DB = -60;
const CEILING_DB = -12;

/** Calls back with 0..1 about 15 times a second. Returns how to stop. */
export function meter(track: MediaStreamTrack, level: (value: number) => void): () => void {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  const source = context.createMediaStreamSource(new MediaStream([track]));
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    level(loudness(samples));
  }, TICK_MS);
  void context.resume().catch(() => {}); // before a click some browsers keep it suspended: the bar stays low
  return () => {
    clearInterval(timer);
    source.disconnect();
    void context.close();
  };
}

/** Root mean square in decibels, mapped to 0..1. */
export function loudness(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const db = 10 * Math.log10(sum / Math.max(1, samples.length) + 1e-12);
  return Math.min(1, Math.max(0, (db - FLOOR_DB) / (CEILING_DB - FLOOR_DB)));
}

const NOTES_HZ = [523.25, 659.25, 783.99];
const NOTE_S = 0.22;

/** Plays three notes on the chosen speaker; resolves when they are over. */
export async function testSpeaker(): Promise<void> {
  const context = new AudioContext();
  const destination = context.createMediaStreamDestination();
  const gain = context.createGain();
  gain.gain.value = 0.25;
  gain.connect(destination);
  const audio = new Audio();
  audio.srcObject = destination.stream;
  try {
    await useSpeaker(audio);
    await Promise.all([context.resume(), audio.play()]);
    const over = NOTES_HZ.map((hz, i) => note(context, gain, hz, context.currentTime + 0.05 + i * NOTE_S));
    await Promise.all(over);
  } finally {
    audio.srcObject = null;
    await context.close();
  }
}

function note(context: AudioContext, out: AudioNode, hz: number, at: number): Promise<void> {
  const oscillator = context.createOscillator();
  const envelope = context.createGain();
  envelope.gain.setValueAtTime(0, at);
  envelope.gain.linearRampToValueAtTime(1, at + 0.02);
  envelope.gain.linearRampToValueAtTime(0, at + NOTE_S);
  oscillator.frequency.value = hz;
  oscillator.connect(envelope).connect(out);
  oscillator.start(at);
  oscillator.stop(at + NOTE_S);
  return new Promise((resolve) => (oscillator.onended = () => resolve()));
}

/** Sends an element's sound to the chosen speaker, where the browser lets us choose. */
export async function useSpeaker(element: HTMLMediaElement): Promise<void> {
  const id = chosenDevice("audiooutput");
  await element.setSinkId?.(id).catch(() => {}); // gone: the default speaker plays
}
