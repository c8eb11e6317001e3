// SPDX-License-Identifier: MIT
import { describe, expect, it } from "vitest";
import {
  activeClips, chapterAt, chatAt, comingClips, createTimeline, gapAt, masterClip, neighbourChapter, nextChange,
  parseMoment, picturesAt, speakerAt, writeMoment, type Clip, type Manifest,
} from "./timeline";

function clip(file: string, kind: Clip["kind"], start_ms: number, duration_ms: number, more: Partial<Clip> = {}): Clip {
  return {
    file, kind, codec: kind === "mic" ? "opus" : "vp8", member: "m1", name: "Ana Pérez", role: "instructor",
    start_ms, duration_ms, bytes: 1, width: 0, height: 0, ...more,
  };
}

const jan = { member: "m2", name: "Jan de Vries", role: "trainee" };
const manifest: Manifest = {
  version: 1,
  recording: "site/r1",
  started_ms: 1_790_000_000_000,
  duration_ms: 60_000,
  recovered: false,
  clips: [
    clip("c3.webm", "screen", 10_000, 20_000),
    clip("c1.webm", "mic", -40, 30_040),
    clip("c2.webm", "camera", 100, 59_900),
    clip("c4.webm", "mic", 20_000, 5_000, jan),
    clip("c5.webm", "camera", 20_000, 5_000, jan),
    clip("c6.webm", "mic", 32_400, 27_600),
    clip("c7.webm", "mic", 50_000, 0),
  ],
  gaps: [{ at_ms: 30_000, length_ms: 2_400 }],
  chapters: [{ at_ms: 10_000, type: "screen", member: "m1", name: "Ana Pérez" }, { at_ms: 20_000, type: "speaker", ...jan }],
};
const events = [
  { at_ms: 25_000, type: "chat", line: 2, member: "m1", name: "Ana Pérez", text: "Bien" },
  { at_ms: 12_000, type: "chat", line: 1, ...jan, text: "¿Sí?" },
  { at_ms: 500, type: "speaker", member: "m1", name: "Ana Pérez" },
  { at_ms: 20_500, type: "speaker", ...jan },
];
const timeline = createTimeline(manifest, events);
const files = (clips: readonly Clip[]) => clips.map((one) => one.file);

describe("clips on the timeline", () => {
  it("drops empty clips and orders the rest", () => {
    expect(files(timeline.clips)).toEqual(["c1.webm", "c2.webm", "c3.webm", "c4.webm", "c5.webm", "c6.webm"]);
  });
  it("gives those that play: the start belongs to a clip, the end does not", () => {
    expect(files(activeClips(timeline, 0))).toEqual(["c1.webm"]);
    expect(files(activeClips(timeline, 10_000))).toEqual(["c1.webm", "c2.webm", "c3.webm"]);
    expect(files(activeClips(timeline, 30_000))).toEqual(["c2.webm"]);
  });
  it("gives those that come, for preloading", () => {
    expect(files(comingClips(timeline, 15_000, 5_000))).toEqual(["c4.webm", "c5.webm"]);
    expect(comingClips(timeline, 33_000, 5_000)).toEqual([]);
  });
  it("knows the next change and the end", () => {
    expect(nextChange(timeline, 0)).toBe(100);
    expect(nextChange(timeline, 20_000)).toBe(25_000);
    expect(nextChange(timeline, 60_000)).toBe(60_000);
  });
  it("lasts as long as its longest clip when the manifest is short", () => {
    expect(createTimeline({ ...manifest, duration_ms: 1000 }, []).duration).toBe(60_000);
  });
  it("says where nothing was recorded", () => {
    expect(gapAt(timeline, 29_999)).toBeNull();
    expect(gapAt(timeline, 30_000)).toEqual({ at_ms: 30_000, length_ms: 2_400 });
    expect(gapAt(timeline, 32_400)).toBeNull();
  });
  it("follows the instructor's sound and keeps to it", () => {
    const active = activeClips(timeline, 22_000);
    const [own, other] = [active[0] as Clip, clip("other.webm", "mic", 0, 60_000)];
    expect(masterClip(active, null)?.file).toBe("c1.webm");
    expect(masterClip([other, own], own)).toBe(own);
    expect(masterClip(activeClips(timeline, 31_000), own)).toBeNull();
  });
  it("shows the newest screen, and the instructor's camera first", () => {
    const active = [clip("t.webm", "camera", 0, 9, jan), clip("i.webm", "camera", 5, 9), clip("s1", "screen", 0, 9), clip("s2", "screen", 2, 9)];
    expect(picturesAt(active, 6).screen?.file).toBe("s2");
    expect(files(picturesAt(active, 6).cameras)).toEqual(["i.webm", "t.webm"]);
    expect(files(picturesAt(active, 1).cameras)).toEqual(["i.webm"]);
  });
});

describe("chapters, chat and speakers", () => {
  it("begins with a chapter at 0", () => {
    expect(timeline.chapters[0]).toEqual({ at_ms: 0, type: "start" });
    expect(chapterAt(timeline, 9_999)).toBe(0);
    expect(chapterAt(timeline, 10_000)).toBe(1);
  });
  it("goes to the neighbouring chapter, back to the start of this one first", () => {
    expect(neighbourChapter(timeline, 12_000, -1)?.at_ms).toBe(0);
    expect(neighbourChapter(timeline, 15_000, -1)?.at_ms).toBe(10_000);
    expect(neighbourChapter(timeline, 15_000, 1)?.at_ms).toBe(20_000);
    expect(neighbourChapter(timeline, 25_000, 1)).toBeNull();
  });
  it("keeps the chat in order of time", () => {
    expect(timeline.chat.map((line) => line.text)).toEqual(["¿Sí?", "Bien"]);
    expect(chatAt(timeline, 11_999)).toBe(-1);
    expect(chatAt(timeline, 12_000)).toBe(0);
    expect(chatAt(timeline, 60_000)).toBe(1);
  });
  it("names who speaks while their microphone plays", () => {
    expect(speakerAt(timeline, 400)).toBeNull();
    expect(speakerAt(timeline, 600)?.name).toBe("Ana Pérez");
    expect(speakerAt(timeline, 21_000)?.name).toBe("Jan de Vries");
    expect(speakerAt(timeline, 26_000)).toBeNull();
  });
});

describe("moments in addresses", () => {
  it.each([["1h10m5s", 4_205_000], ["10m", 600_000], ["90s", 90_000], ["90", 90_000], ["2h", 7_200_000], ["0s", 0]])("reads %s", (text, ms) => {
    expect(parseMoment(text)).toBe(ms);
  });
  it.each([null, "", "abc", "-5s", "5m1h", "1e9"])("refuses %s", (text) => {
    expect(parseMoment(text)).toBeNull();
  });
  it.each([[4_205_000, "1h10m5s"], [600_000, "10m0s"], [5_999, "5s"], [3_600_000, "1h0m0s"], [-5, "0s"]])("writes %s as %s", (ms, text) => {
    expect(writeMoment(ms)).toBe(text);
    expect(parseMoment(text)).toBe(Math.floor(Math.max(0, ms) / 1000) * 1000);
  });
});
