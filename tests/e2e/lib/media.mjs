// SPDX-License-Identifier: MIT
// Makes what the test cameras and microphones show and say, once, below the build folder: a drawn
// person with a frame number, and speech with tone bursts at known times in its pauses.

import { execFileSync } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';

import { BLOCKS, FRAMES, HEIGHT, RATE, ROW, WIDTH, encodeBlocks } from './frame-code.mjs';
import { paths } from './paths.mjs';
import { TONES } from './tone.mjs';

export const LOOP_S = FRAMES / RATE;
export const AUDIO_RATE = 48000;
/** When each burst begins in the loop; the speech keeps silent around them. */
export const BURSTS = TONES.map((hertz, index) => ({ hertz, at: 0.5 + index * 5 }));
const BURST_S = 0.12;
const VERSION = 3;
const TALL_S = 4; // 83 MB

const VOICES = [
  ['en-gb', 45, [
    'Good morning. Today we look at how a packet finds its way.',
    'A router reads the address, and nothing else, before it decides.',
    'Remember that every hop is a promise, not a guarantee.',
    'Please raise your hand if anything is unclear so far.',
  ]],
  ['es', 60, [
    'Tengo una pregunta sobre el segundo ejemplo de la clase.',
    'No entiendo por qué el paquete vuelve por otro camino.',
    'Si la tabla cambia, entonces la respuesta también cambia.',
    'Muchas gracias, ahora lo veo con toda claridad.',
  ]],
];

function espeak(voice, pitch, speed, text) {
  const wav = execFileSync('espeak-ng', ['-v', voice, '-p', String(pitch), '-s', String(speed), '--stdout', text]);
  const raw = execFileSync('ffmpeg', ['-v', 'error', '-i', 'pipe:0', '-ar', String(AUDIO_RATE), '-ac', '1', '-f', 's16le',
    'pipe:1'], { input: wav, maxBuffer: 64 << 20 });
  return new Int16Array(raw.buffer, raw.byteOffset, raw.length >> 1);
}

function wavHeader(bytes) {
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + bytes, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(AUDIO_RATE, 24);
  head.writeUInt32LE(AUDIO_RATE * 2, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(bytes, 40);
  return head;
}

function makeSpeech(camera, file) {
  const [voice, pitch, sentences] = VOICES[camera];
  const samples = new Int16Array(LOOP_S * AUDIO_RATE);
  sentences.forEach((text, index) => {
    const begin = Math.round((BURSTS[index].at + 0.4 + camera * 0.6) * AUDIO_RATE);
    const room = Math.round(3.9 * AUDIO_RATE);
    const spoken = espeak(voice, pitch, camera ? 200 : 160, text);
    for (let i = 0; i < Math.min(room, spoken.length, samples.length - begin); i++) samples[begin + i] = spoken[i] * 0.7;
  });
  for (const { at, hertz } of BURSTS) {
    for (let i = 0; i < BURST_S * AUDIO_RATE; i++) {
      samples[Math.round(at * AUDIO_RATE) + i] = 12000 * Math.sin((2 * Math.PI * hertz * i) / AUDIO_RATE);
    }
  }
  const data = Buffer.from(samples.buffer);
  writeFileSync(file, Buffer.concat([wavHeader(data.length), data]));
}

/** Fills an ellipse of a plane; cx, cy, rx, ry in pixels of that plane. */
function ellipse(plane, width, height, cx, cy, rx, ry, value) {
  for (let y = Math.max(0, Math.ceil(cy - ry)); y <= Math.min(height - 1, cy + ry); y++) {
    const half = rx * Math.sqrt(Math.max(0, 1 - ((y - cy) / ry) ** 2));
    const left = Math.max(0, Math.round(cx - half));
    const right = Math.min(width, Math.round(cx + half));
    if (right > left) plane.fill(value, y * width + left, y * width + right);
  }
}

const SKINS = [[172, 108, 148], [138, 104, 158]];
const SHIRTS = [[70, 150, 108], [96, 108, 96]];
const WALLS = [[196, 126, 128], [178, 132, 122]];

function drawFrame(camera, frame) {
  const turn = (frame / FRAMES) * 2 * Math.PI;
  const size = WIDTH * HEIGHT;
  const picture = Buffer.alloc((size * 3) / 2);
  const planes = [
    [picture.subarray(0, size), 1], [picture.subarray(size, size * 1.25), 2], [picture.subarray(size * 1.25), 2],
  ];
  const nod = 6 * Math.sin(turn * 10);
  planes.forEach(([plane, scale], index) => {
    const width = WIDTH / scale;
    const height = HEIGHT / scale;
    for (let y = 0; y < height; y++) plane.fill(WALLS[camera][index] - (index ? 0 : (y * 50) / height), y * width, (y + 1) * width);
    const fill = (cx, cy, rx, ry, value) => ellipse(plane, width, height, cx / scale, cy / scale, rx / scale, ry / scale, value);
    fill(320 + 8 * Math.sin(turn * 3), 400, 170, 140, SHIRTS[camera][index]);
    fill(320 + 12 * Math.sin(turn * 3), 190 + nod, 70, 88, SKINS[camera][index]);
    fill(320 + 12 * Math.sin(turn * 3), 128 + nod, 74, 44, [40, 126, 132][index]);
    for (const side of [-26, 26]) fill(320 + side + 12 * Math.sin(turn * 3), 184 + nod, 7, 5, [30, 128, 128][index]);
    fill(320 + 12 * Math.sin(turn * 3), 232 + nod, 20, 3 + 7 * Math.abs(Math.sin(turn * 47)), [60, 116, 166][index]);
    fill(520 + 50 * Math.sin(turn * 7), 250 + 40 * Math.cos(turn * 7), 26, 30, SKINS[camera][index]);
  });
  const rowHeight = Math.round(ROW * HEIGHT);
  encodeBlocks(camera, frame).forEach((bit, block) => {
    planes.forEach(([plane, scale], index) => {
      const wide = WIDTH / BLOCKS / scale;
      for (let y = 0; y < rowHeight / scale; y++) {
        const begin = (y * WIDTH) / scale + block * wide;
        plane.fill(index ? 128 : bit * 215 + 20, begin, begin + wide);
      }
    });
  });
  return picture;
}

/** Not compressed, so that the browser need not decode what it is going to encode. */
async function makeCamera(camera, file) {
  const out = createWriteStream(file);
  out.write(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F${RATE}:1 Ip A1:1\n`);
  for (let frame = 0; frame < FRAMES; frame++) {
    out.write('FRAME\n');
    if (!out.write(drawFrame(camera, frame))) await once(out, 'drain');
  }
  out.end();
  await finished(out);
}

async function once_made(file, make) {
  if (existsSync(file)) return file;
  mkdirSync(paths.media, { recursive: true });
  const [name, suffix] = [file.slice(0, file.lastIndexOf('.')), file.slice(file.lastIndexOf('.'))];
  await make(`${name}.part${suffix}`);
  renameSync(`${name}.part${suffix}`, file);
  return file;
}

/** Camera 0 is the instructor's, camera 1 the trainees'. Returns the files. */
export async function makeMedia(camera) {
  const name = join(paths.media, `v${VERSION}-camera${camera}`);
  return {
    video: await once_made(`${name}.y4m`, (file) => makeCamera(camera, file)),
    audio: await once_made(`${name}.wav`, (file) => makeSpeech(camera, file)),
  };
}

/** The beginning of a camera's loop in 1280x720, for three layers. */
export async function makeTall(camera) {
  const { video } = await makeMedia(camera);
  return once_made(join(paths.media, `v${VERSION}-camera${camera}-720.y4m`), (file) => execFileSync('ffmpeg', ['-v', 'error', '-y',
    '-i', video, '-t', String(TALL_S), '-vf', 'scale=1280:720:flags=neighbor', '-pix_fmt', 'yuv420p', file]));
}

/** Loudness of a wav that we made, one value every `step` seconds. */
export function envelopeOf(file, step = 0.02) {
  const raw = readFileSync(file);
  const samples = new Int16Array(raw.buffer, raw.byteOffset + 44, (raw.length - 44) >> 1);
  return envelope(samples, AUDIO_RATE, step);
}

export function envelope(samples, rate, step) {
  const size = Math.round(rate * step);
  return Array.from({ length: Math.floor(samples.length / size) }, (_, index) => {
    let sum = 0;
    for (let i = index * size; i < (index + 1) * size; i++) sum += samples[i] * samples[i];
    return Math.sqrt(sum / size) / 32768;
  });
}
