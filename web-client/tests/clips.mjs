// SPDX-License-Identifier: MIT
// A recording of one minute as the recorder would leave it, drawn and sung by ffmpeg: an instructor with microphone,
// camera and screen, a trainee who speaks for a while, a chat, and a stretch in which nothing was recorded.
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { promisify } from "node:util";

const run = promisify(execFile);
const ana = { member: "m1", name: "Ana María Pérez", role: "instructor" };
const jan = { member: "m2", name: "Jan de Vries", role: "trainee" };

/** kind, who, start and length in seconds, and what is in it. */
const PLAN = [
  ["mic", ana, 0.12, 39.88, "sine=frequency=330:beep_factor=3"],
  ["camera", ana, 0.4, 39.6, "testsrc2=size=640x360:rate=30"],
  ["screen", ana, 10, 20, "testsrc=size=1280x720:rate=10"],
  ["mic", jan, 20, 12, "sine=frequency=440:beep_factor=2"],
  ["camera", jan, 20.5, 11.5, "smptebars=size=320x180:rate=15"],
  ["mic", ana, 42.4, 17.6, "sine=frequency=330:beep_factor=3"],
  ["camera", ana, 42.5, 17.5, "testsrc2=size=640x360:rate=30"],
];

async function encode(path, kind, length, source) {
  const codec = kind === "mic"
    ? ["-ac", "1", "-ar", "48000", "-c:a", "libopus", "-b:a", "24k"]
    : ["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "400k", "-g", "60"];
  const container = ["-cluster_time_limit", "500", "-f", "webm"];
  await run("ffmpeg", ["-v", "error", "-y", "-f", "lavfi", "-i", source, "-t", String(length), ...codec, ...container, path]);
}

/** Writes the clips below `folder` unless they are there; gives the manifest and the events. */
export async function makeRecording(folder) {
  mkdirSync(folder, { recursive: true });
  const clips = [];
  for (const [index, [kind, who, start, length, source]] of PLAN.entries()) {
    const file = `c${String(index + 1).padStart(4, "0")}.webm`;
    const path = `${folder}/${file}`;
    if (!existsSync(path)) await encode(path, kind, length, source);
    const [, width = 0, height = 0] = /size=(\d+)x(\d+)/.exec(source)?.map(Number) ?? [];
    clips.push({
      file, kind, codec: kind === "mic" ? "opus" : "vp8", ...who,
      start_ms: start * 1000, duration_ms: length * 1000, bytes: statSync(path).size, width, height,
    });
  }
  const manifest = {
    version: 1, recording: "s1/r1", started_ms: Date.UTC(2026, 10, 20, 14, 0), duration_ms: 60_000, recovered: true, clips,
    gaps: [{ at_ms: 40_000, length_ms: 2400 }],
    chapters: [
      { at_ms: 0, type: "start" },
      { at_ms: 10_000, type: "screen", member: ana.member, name: ana.name },
      { at_ms: 20_500, type: "speaker", member: jan.member, name: jan.name },
      { at_ms: 32_500, type: "speaker", member: ana.member, name: ana.name },
    ],
  };
  const events = [
    { at_ms: 0, type: "start" },
    { at_ms: 0, type: "join", ...ana },
    { at_ms: 500, type: "speaker", member: ana.member, name: ana.name },
    { at_ms: 3000, type: "join", ...jan },
    { at_ms: 6000, type: "chat", line: 1, member: jan.member, name: jan.name, text: "Buenos días. Goedemorgen!" },
    { at_ms: 12_000, type: "chat", line: 2, member: ana.member, name: ana.name, text: "Today: securing the scene. The form is on page 12 of the handbook." },
    { at_ms: 16_000, type: "hand", member: jan.member, name: jan.name, raised: true },
    { at_ms: 20_500, type: "speaker", member: jan.member, name: jan.name },
    { at_ms: 24_000, type: "chat", line: 3, member: "m3", name: "Élodie Saint-Louis", text: "Peut-on revoir la page 12 ?" },
    { at_ms: 32_500, type: "speaker", member: ana.member, name: ana.name },
    { at_ms: 45_000, type: "chat", line: 4, member: ana.member, name: ana.name, text: "We are back. Sorry for the interruption." },
  ];
  writeFileSync(`${folder}/manifest.json`, JSON.stringify(manifest));
  return { manifest, events };
}
