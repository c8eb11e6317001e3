// SPDX-License-Identifier: MIT
// Reads a recording from the data folder, as files: what its clips show and sound, by ffmpeg.

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { BLOCKS, blockLevels, decodeLevels } from './frame-code.mjs';
import { AUDIO_RATE, envelope } from './media.mjs';
import { BurstFinder, TONE_BLOCK } from './tone.mjs';

const big = { maxBuffer: 1 << 30 };

/** The only recording of a data folder: {folder, manifest, events}; manifest is null before the seal. */
export function readRecording(data) {
  const root = join(data, 'recordings');
  const sites = existsSync(root) ? readdirSync(root).filter((name) => !name.startsWith('.')) : [];
  const folders = sites.flatMap((site) => readdirSync(join(root, site)).map((name) => join(root, site, name)));
  if (folders.length !== 1) return null;
  const [folder] = folders;
  const file = join(folder, 'manifest.json');
  return {
    folder,
    manifest: existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null,
    events: readFileSync(join(folder, 'events.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line)),
  };
}

/** Frames of a clip with their numbers; `at` is on the recording's timeline, in ms since 1970. */
export function clipFrames({ folder, manifest }, clip) {
  const file = join(folder, clip.file);
  const times = execFileSync('ffprobe', ['-v', 'error', '-select_streams', 'v', '-show_entries', 'frame=pts_time', '-of', 'csv=p=0',
    file], { encoding: 'utf8', ...big }).trim().split('\n').map(parseFloat);
  const [width, height] = [BLOCKS * 8, 8];
  const pixels = execFileSync('ffmpeg', ['-v', 'error', '-i', file, '-vf', `crop=iw:ih*32/360:0:0,scale=${width}:${height},format=gray`,
    '-fps_mode', 'passthrough', '-f', 'rawvideo', 'pipe:1'], big);
  return times.flatMap((time, index) => {
    const picture = pixels.subarray(index * width * height, (index + 1) * width * height);
    const code = picture.length && decodeLevels(blockLevels(picture, width, height, width, 1));
    return code ? [{ ...code, at: manifest.started_ms + clip.start_ms + time * 1000 }] : [];
  });
}

/** Loudness and bursts of a clip, on the same timeline. */
export function clipSound({ folder, manifest }, clip) {
  const raw = execFileSync('ffmpeg', ['-v', 'error', '-i', join(folder, clip.file), '-af', 'aresample=async=1:first_pts=0',
    '-ac', '1', '-ar', String(AUDIO_RATE), '-f', 's16le', 'pipe:1'], big);
  const samples = new Int16Array(raw.buffer.slice(raw.byteOffset, raw.byteOffset + (raw.length & ~1)));
  const begin = manifest.started_ms + clip.start_ms;
  const finder = new BurstFinder(AUDIO_RATE);
  const bursts = [];
  for (let i = 0; i + TONE_BLOCK <= samples.length; i += TONE_BLOCK) {
    const block = Float32Array.from(samples.subarray(i, i + TONE_BLOCK), (value) => value / 32768);
    const burst = finder.push(block, i / AUDIO_RATE);
    if (burst) bursts.push({ index: burst.index, at: begin + burst.begin * 1000 });
  }
  return {
    bursts,
    envelope: envelope(samples, AUDIO_RATE, 0.02).map((rms, index) => ({ rms, at: begin + index * 20 })),
    seconds: samples.length / AUDIO_RATE,
  };
}

/** All clips of a kind and member in one: samples as the probes give them. */
export function allOf(recording, member, kind) {
  const clips = recording.manifest.clips.filter((clip) => clip.member === member && clip.kind === kind);
  if (kind === 'mic') {
    const sounds = clips.map((clip) => clipSound(recording, clip));
    return { clips, bursts: sounds.flatMap(({ bursts }) => bursts), envelope: sounds.flatMap((sound) => sound.envelope) };
  }
  return { clips, samples: clips.flatMap((clip) => clipFrames(recording, clip)) };
}
