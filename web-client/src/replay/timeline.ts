// SPDX-License-Identifier: MIT
// A recording as one line of time: which clips play at a moment, what changes next, chapters, gaps, who speaks and
// what was said. Plain data in, plain data out; positions are milliseconds since the recording's start.
// The forms of the manifest and of the events are those of src/recorder/FORMAT.md.

export type ClipKind = "mic" | "camera" | "screen";

export interface Clip {
  file: string;
  kind: ClipKind;
  codec: string;
  member: string;
  name: string;
  role: string;
  start_ms: number;
  /** Timeline time per file time: the sender's clock may run fast or slow. Left out: 1. */
  rate?: number;
  duration_ms: number;
  bytes: number;
  width: number;
  height: number;
}

export interface Gap {
  at_ms: number;
  length_ms: number;
}

export interface Chapter {
  at_ms: number;
  type: string; // start, screen, speaker; others may come
  member?: string;
  name?: string;
}

export interface Manifest {
  version: number;
  recording: string;
  started_ms: number;
  duration_ms: number;
  recovered: boolean;
  clips: Clip[];
  gaps: Gap[];
  chapters: Chapter[];
}

/** A line of events.jsonl; which fields are there depends on the type. */
export interface RecordedEvent {
  at_ms: number;
  type: string;
  member?: string;
  name?: string;
  role?: string;
  on?: boolean;
  raised?: boolean;
  line?: number;
  text?: string;
}

export interface ChatLine {
  at_ms: number;
  member: string;
  name: string;
  text: string;
}

export interface Timeline {
  readonly duration: number;
  readonly clips: readonly Clip[];
  readonly gaps: readonly Gap[];
  readonly chapters: readonly Chapter[];
  readonly chat: readonly ChatLine[];
  readonly recovered: boolean;
  /** Moments at which a clip begins or ends, in order, each once. */
  readonly changes: readonly number[];
  /** Who speaks from when, in order. */
  readonly speakers: readonly { at_ms: number; member: string; name: string }[];
}

export function createTimeline(manifest: Manifest, events: readonly RecordedEvent[]): Timeline {
  const clips = manifest.clips.filter((clip) => clip.duration_ms > 0).sort(byStart);
  const ends = clips.map(endOf);
  const duration = Math.max(manifest.duration_ms, 0, ...ends);
  const edges = new Set([...clips.map((clip) => Math.max(0, clip.start_ms)), ...ends]);
  const inOrder = [...events].sort(byTime);
  return {
    duration,
    clips,
    gaps: [...manifest.gaps].sort(byTime),
    chapters: completeChapters(manifest.chapters),
    chat: inOrder.flatMap(chatLine),
    recovered: manifest.recovered,
    changes: [...edges].sort((a, b) => a - b),
    speakers: inOrder.flatMap(({ type, at_ms, member, name }) =>
      type === "speaker" ? [{ at_ms, member: member ?? "", name: name ?? "" }] : []),
  };
}

/** Where the first sound or picture is: a class may be open for a while before somebody sends. */
export function firstMoment(timeline: Timeline): number {
  return Math.max(0, timeline.changes[0] ?? 0);
}

export function endOf(clip: Clip): number {
  return clip.start_ms + clip.duration_ms * (clip.rate ?? 1);
}

/** Where a moment of the file, in seconds, lies on the timeline. */
export function momentOf(clip: Clip, seconds: number): number {
  return clip.start_ms + seconds * 1000 * (clip.rate ?? 1);
}

/** The moment of the file, in seconds, that belongs to this one of the timeline; negative before its start. */
export function secondsAt(clip: Clip, at: number): number {
  return (at - clip.start_ms) / (clip.rate ?? 1) / 1000;
}

/** The clips that play at `at`, in the order in which they began. */
export function activeClips(timeline: Timeline, at: number): Clip[] {
  return timeline.clips.filter((clip) => clip.start_ms <= at && at < endOf(clip));
}

/** The clips that begin within `within` after `at`. */
export function comingClips(timeline: Timeline, at: number, within: number): Clip[] {
  return timeline.clips.filter((clip) => clip.start_ms > at && clip.start_ms <= at + within);
}

/** The next moment at which a clip begins or ends, or the end of the recording. */
export function nextChange(timeline: Timeline, at: number): number {
  return timeline.changes.find((change) => change > at) ?? timeline.duration;
}

export function gapAt(timeline: Timeline, at: number): Gap | null {
  return timeline.gaps.find((gap) => gap.at_ms <= at && at < gap.at_ms + gap.length_ms) ?? null;
}

/** Index of the chapter that holds `at`; -1 before the first. */
export function chapterAt(timeline: Timeline, at: number): number {
  return lastBefore(timeline.chapters, at);
}

/** Index of the last chat line written by `at`; -1 before the first. */
export function chatAt(timeline: Timeline, at: number): number {
  return lastBefore(timeline.chat, at);
}

/** Who speaks at `at`: the last one that was noticed, as long as their microphone plays. */
export function speakerAt(timeline: Timeline, at: number): { member: string; name: string } | null {
  const speaker = timeline.speakers[lastBefore(timeline.speakers, at)];
  if (!speaker?.member) return null;
  const heard = (clip: Clip) =>
    clip.kind === "mic" && clip.member === speaker.member && clip.start_ms <= at && at < endOf(clip);
  return timeline.clips.some(heard) ? speaker : null;
}

/** The clip whose sound the others follow: an instructor's microphone; `current` is kept while it plays. */
export function masterClip(active: readonly Clip[], current: Clip | null): Clip | null {
  const able = active.filter((clip) => clip.kind === "mic" && clip.role === "instructor");
  return able.find((clip) => clip === current) ?? able[0] ?? null;
}

/** What is shown at `at`: the newest screen, and cameras with instructors first, at most `most` of these. */
export function picturesAt(active: readonly Clip[], most: number): { screen: Clip | null; cameras: Clip[] } {
  const screens = active.filter((clip) => clip.kind === "screen");
  const cameras = active.filter((clip) => clip.kind === "camera");
  const rank = (clip: Clip) => (clip.role === "instructor" ? 0 : 1);
  cameras.sort((a, b) => rank(a) - rank(b));
  return { screen: screens[screens.length - 1] ?? null, cameras: cameras.slice(0, most) };
}

/** The chapter to jump to: back goes to the start of this one first, unless it has only just begun. */
export function neighbourChapter(timeline: Timeline, at: number, step: 1 | -1): Chapter | null {
  const JUST_BEGUN_MS = 3000;
  const here = chapterAt(timeline, at);
  const chapter = timeline.chapters[here];
  if (step === -1 && chapter && at - chapter.at_ms > JUST_BEGUN_MS) return chapter;
  return timeline.chapters[here + step] ?? null;
}

/** 1h10m5s, 70m5s, 4205s or 4205: a moment in an address, in milliseconds; null if it is none. */
export function parseMoment(text: string | null): number | null {
  const match = /^(?:(\d{1,3})h)?(?:(\d{1,5})m)?(?:(\d{1,7})s?)?$/.exec(text ?? "");
  if (!text || !match) return null;
  const [, hours = "0", minutes = "0", seconds = "0"] = match;
  return (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
}

/** The same the other way: 4205000 -> 1h10m5s. */
export function writeMoment(ms: number): string {
  const total = Math.floor(Math.max(0, ms) / 1000);
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor(total / 60) % 60;
  return `${hours ? `${hours}h` : ""}${hours || minutes ? `${minutes}m` : ""}${total % 60}s`;
}

function byTime(a: { at_ms: number }, b: { at_ms: number }): number {
  return a.at_ms - b.at_ms;
}

function byStart(a: Clip, b: Clip): number {
  return a.start_ms - b.start_ms;
}

/** A list that begins at 0, so that every moment lies in a chapter. */
function completeChapters(given: readonly Chapter[]): Chapter[] {
  const chapters = [...given].sort(byTime);
  return chapters[0]?.at_ms === 0 ? chapters : [{ at_ms: 0, type: "start" }, ...chapters];
}

function chatLine(event: RecordedEvent): ChatLine[] {
  if (event.type !== "chat" || event.text === undefined) return [];
  return [{ at_ms: event.at_ms, member: event.member ?? "", name: event.name ?? "", text: event.text }];
}

/** Index of the last item at or before `at`, by halving; -1 if there is none. */
function lastBefore(items: readonly { at_ms: number }[], at: number): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((items[middle]?.at_ms ?? Infinity) <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
