// SPDX-License-Identifier: MIT
// Plays the clips of a recording in step: one media element for each clip, one clock for all.
//
// The clock is the sound of the instructor while it plays, else the time of the page. Every other element is
// compared with the clock ten times a second: small differences are taken back by playing a little faster or slower
// (pitch is kept), large ones by a seek. When something that is needed has no data, everything waits, so that nothing
// runs ahead. Elements are created a while before their clip begins and dropped after it. The page mounts the
// elements of `pictures` and `sounds`; it must not move them in the document, as that would pause them.
import { signal, type ReadonlySignal } from "@preact/signals-core";
import { canPlay } from "./formats";
import {
  activeClips, comingClips, endOf, masterClip, momentOf, secondsAt, type Clip, type ClipKind, type Timeline,
} from "./timeline";

export const RATES = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2] as const;

const TICK_MS = 100;
/** How long before its start a clip is fetched, in time of the listener. */
const PRELOAD_MS = 15_000;
/** Below `CALM_MS` nothing is done; nudging starts above `NUDGE_MS` and ends below `CALM_MS`. */
const CALM_MS = 6;
const NUDGE_MS = 18;
/** Above this a nudge would take too long or be heard. */
const SEEK_MS = 80;
/** Two seeks of one element are at least this far apart, so that a slow machine is not kept seeking. */
const SEEK_REST_MS = 1500;
const MOST_NUDGE = 0.08;
/** A seek aims ahead by what the last one took, but not further, lest one slow seek throw it off the other way. */
const MOST_LEAD_MS = 200;
/** What is not the clock may hold up the rest for this long; then it joins when it can. A face least of all. */
const PATIENCE_MS: Record<ClipKind, number> = { mic: 8000, screen: 8000, camera: 3000 };
const RETRIES = 6;

export type PlayerState = "loading" | "paused" | "playing" | "waiting" | "ended";

export interface Picture {
  clip: Clip;
  element: HTMLVideoElement;
}

export interface Sound {
  clip: Clip;
  element: HTMLMediaElement;
}

/** What the player needs of its surroundings; a test gives its own. */
export interface Surroundings {
  createElement(kind: "audio" | "video"): HTMLMediaElement;
  now(): number;
  hidden(): boolean;
}

interface Part {
  readonly clip: Clip;
  readonly element: HTMLMediaElement;
  /** This browser has the codec. */
  readonly playable: boolean;
  /** When it began to hold up the rest; null: it does not. */
  waitingSince: number | null;
  sought: number;
  /** How long its seeks take, so that a seek can aim ahead. */
  seekCost: number;
  nudging: boolean;
  /** It was sought while the rest plays on, and is not waited for. */
  catchingUp: boolean;
  errors: number;
  retryAt: number;
}

const inBrowser: Surroundings = {
  createElement: (kind) => document.createElement(kind),
  now: () => performance.now(),
  hidden: () => document.hidden,
};

export class Player {
  readonly #position = signal(0);
  readonly #state = signal<PlayerState>("loading");
  readonly #pictures = signal<readonly Picture[]>([]);
  readonly #sounds = signal<readonly Sound[]>([]);
  readonly #failed = signal<readonly Clip[]>([]);
  readonly #rate = signal(1);
  readonly #volume = signal(1);
  readonly #muted = signal(false);

  readonly #timeline: Timeline;
  readonly #base: string;
  readonly #around: Surroundings;
  readonly #parts = new Map<Clip, Part>();
  readonly #timer: ReturnType<typeof setInterval>;
  #wanted = false;
  #running = false;
  /** The clock: position `at` was reached at `time`. */
  #anchor = { at: 0, time: 0 };
  #master: Clip | null = null;

  /** `base` is the address of the folder of the clips, with a slash at its end. */
  constructor(timeline: Timeline, base: string, start = 0, around: Surroundings = inBrowser) {
    this.#timeline = timeline;
    this.#base = base;
    this.#around = around;
    this.#anchor = { at: this.#clamp(start), time: around.now() };
    this.#timer = setInterval(() => this.tick(), TICK_MS);
    this.tick();
  }

  get position(): ReadonlySignal<number> { return this.#position; }
  get state(): ReadonlySignal<PlayerState> { return this.#state; }
  /** Cameras and screens that play now. */
  get pictures(): ReadonlySignal<readonly Picture[]> { return this.#pictures; }
  /** Microphones that play now. */
  get sounds(): ReadonlySignal<readonly Sound[]> { return this.#sounds; }
  /** Clips that play now and could not be fetched, or are in a codec that this browser has not. */
  get failed(): ReadonlySignal<readonly Clip[]> { return this.#failed; }
  get rate(): ReadonlySignal<number> { return this.#rate; }
  get volume(): ReadonlySignal<number> { return this.#volume; }
  get muted(): ReadonlySignal<boolean> { return this.#muted; }

  play(): void {
    if (this.#at() >= this.#timeline.duration) this.seek(0);
    this.#wanted = true;
    this.tick();
  }

  pause(): void {
    this.#wanted = false;
    this.#hold();
    this.tick();
  }

  toggle(): void {
    if (this.#wanted) this.pause();
    else this.play();
  }

  seek(to: number): void {
    this.#hold();
    this.#anchor = { at: this.#clamp(to), time: this.#around.now() };
    this.#provide();
    for (const part of this.#parts.values()) {
      part.errors = 0;
      part.waitingSince = null;
      part.catchingUp = false;
      if (this.#plays(part)) this.#place(part);
    }
    this.tick();
  }

  setRate(rate: number): void {
    this.#anchor = { at: this.#at(), time: this.#around.now() };
    this.#rate.value = rate;
    for (const part of this.#parts.values()) {
      part.nudging = false;
      part.element.playbackRate = rate;
    }
  }

  setVolume(volume: number): void {
    this.#volume.value = Math.min(1, Math.max(0, volume));
    this.#muted.value = false;
    this.#applyVolume();
  }

  setMuted(muted: boolean): void {
    this.#muted.value = muted;
    this.#applyVolume();
  }

  destroy(): void {
    clearInterval(this.#timer);
    for (const part of this.#parts.values()) this.#drop(part);
  }

  /** One round of the control loop; runs by itself ten times a second. */
  tick(): void {
    if (this.#running) this.#followMaster();
    if (this.#wanted && this.#at() >= this.#timeline.duration) {
      this.#hold();
      this.#wanted = false;
      this.#anchor = { at: this.#timeline.duration, time: this.#around.now() };
    }
    this.#provide();
    const ready = this.#allReady();
    if (this.#wanted && ready) this.#run();
    else this.#hold();
    if (this.#running) this.#correct();
    this.#publish(ready);
  }

  // ---- clock

  #at(): number {
    if (!this.#running) return this.#anchor.at;
    const at = this.#anchor.at + (this.#around.now() - this.#anchor.time) * this.#rate.value;
    return Math.min(at, this.#timeline.duration);
  }

  #clamp(at: number): number {
    return Math.min(Math.max(0, at), this.#timeline.duration);
  }

  /** Sets the clock by the instructor's sound. Its own time moves in steps of a buffer: take these out gently. */
  #followMaster(): void {
    const at = this.#at();
    this.#master = masterClip(activeClips(this.#timeline, at), this.#master);
    const part = this.#master && this.#parts.get(this.#master);
    if (!part || !usable(part) || part.element.paused || part.element.seeking || part.element.ended) return;
    const off = momentOf(part.clip, part.element.currentTime) - at;
    const step = Math.abs(off) > SEEK_MS ? off : off / 4;
    this.#anchor = { at: this.#clamp(at + step), time: this.#around.now() };
  }

  #run(): void {
    if (!this.#running) {
      this.#running = true;
      this.#anchor = { at: this.#anchor.at, time: this.#around.now() };
    }
    for (const part of this.#parts.values()) {
      if (!this.#plays(part) || !part.element.paused || part.element.ended || !ready(part)) continue;
      part.element.play().catch((error: unknown) => {
        // The browser wants a press of the person first.
        if (error instanceof DOMException && error.name === "NotAllowedError") this.pause();
      });
    }
  }

  #hold(): void {
    if (this.#running) {
      this.#anchor = { at: this.#at(), time: this.#around.now() };
      this.#running = false;
    }
    for (const part of this.#parts.values()) if (!part.element.paused) part.element.pause();
  }

  // ---- parts

  /** The moment that is shown: at the very end still the last one, so that its pictures stay. */
  #shown(): number {
    return Math.min(this.#at(), this.#timeline.duration - 1);
  }

  #plays(part: Part): boolean {
    const at = this.#shown();
    return part.clip.start_ms <= at && at < endOf(part.clip);
  }

  /** Creates what plays and what comes soon, drops the rest. */
  #provide(): void {
    const at = this.#shown();
    const active = activeClips(this.#timeline, at);
    const wanted = new Set([...active, ...comingClips(this.#timeline, at, PRELOAD_MS * this.#rate.value)]);
    for (const part of this.#parts.values()) if (!wanted.has(part.clip)) this.#drop(part);
    for (const clip of wanted) {
      const part = this.#parts.get(clip) ?? this.#create(clip);
      if (part.retryAt && this.#around.now() >= part.retryAt) this.#load(part);
    }
  }

  #create(clip: Clip): Part {
    const element = this.#around.createElement(clip.kind === "mic" ? "audio" : "video");
    const part: Part = {
      clip, element, playable: canPlay(clip, element), waitingSince: null, sought: -Infinity, seekCost: 0, nudging: false, catchingUp: false, errors: 0, retryAt: 0,
    };
    this.#parts.set(clip, part);
    element.preload = "auto";
    element.preservesPitch = true;
    element.volume = this.#volume.value;
    element.muted = clip.kind !== "mic" || this.#muted.value;
    if ("playsInline" in element) element.playsInline = true;
    element.addEventListener("seeked", () => {
      part.seekCost = Math.min(MOST_LEAD_MS, this.#around.now() - part.sought);
      this.tick();
    });
    element.addEventListener("canplay", () => this.tick());
    element.addEventListener("error", () => this.#onError(part));
    // A codec that this browser has not (H.264 and AV1 in some builds of Firefox): no use to try again.
    if (part.playable) this.#load(part);
    return part;
  }

  #load(part: Part): void {
    part.retryAt = 0;
    part.element.src = this.#base + encodeURIComponent(part.clip.file);
    part.element.defaultPlaybackRate = this.#rate.value;
    part.element.playbackRate = this.#rate.value;
    this.#place(part);
  }

  #onError(part: Part): void {
    if (!this.#parts.has(part.clip)) return;
    part.errors++;
    if (part.errors < RETRIES) part.retryAt = this.#around.now() + 500 * 2 ** part.errors;
    this.tick();
  }

  #drop(part: Part): void {
    this.#parts.delete(part.clip);
    part.element.pause();
    part.element.removeAttribute("src");
    part.element.load(); // lets go of the connection
  }

  /** Moves an element to where the clock is, or to its start if that is still to come. */
  #place(part: Part, ahead = 0): void {
    part.sought = this.#around.now();
    part.nudging = false;
    part.element.playbackRate = this.#rate.value;
    const seconds = Math.max(0, secondsAt(part.clip, this.#at() + ahead));
    if (seconds > 0 || part.element.currentTime > 0) part.element.currentTime = seconds;
  }

  #applyVolume(): void {
    for (const { clip, element } of this.#parts.values()) {
      element.volume = this.#volume.value;
      if (clip.kind === "mic") element.muted = this.#muted.value;
    }
  }

  /** Is everything here that must be? What has held up the rest for too long no longer counts, but for the clock. */
  #allReady(): boolean {
    const now = this.#around.now();
    const master = masterClip(activeClips(this.#timeline, this.#at()), this.#master);
    let all = true;
    for (const part of this.#parts.values()) {
      if (ready(part)) part.catchingUp = false;
      if (!this.#plays(part) || ready(part) || !usable(part) || this.#unseen(part)) {
        part.waitingSince = null;
        continue;
      }
      part.waitingSince ??= now;
      const patience = part.catchingUp ? 0 : PATIENCE_MS[part.clip.kind];
      if (part.clip === master || now - part.waitingSince < patience) all = false;
    }
    return all;
  }

  /** Browsers stop silent pictures of a hidden page; they are put back in step when it is seen again. */
  #unseen(part: Part): boolean {
    return part.clip.kind !== "mic" && this.#around.hidden();
  }

  /** Brings every element but the master back to the clock. */
  #correct(): void {
    const at = this.#at();
    for (const part of this.#parts.values()) {
      const { element, clip } = part;
      if (clip === this.#master || !this.#plays(part) || element.paused || element.seeking || this.#unseen(part)) continue;
      const late = at - momentOf(clip, element.currentTime);
      const size = Math.abs(late);
      const rested = this.#around.now() - part.sought > SEEK_REST_MS;
      if (size > SEEK_MS && rested) {
        part.catchingUp = true;
        this.#place(part, part.seekCost * this.#rate.value);
      } else if (size > NUDGE_MS || (part.nudging && size > CALM_MS)) this.#nudge(part, late);
      else if (part.nudging) this.#nudge(part, 0);
    }
  }

  /** Takes the difference back within about a second, at most eight hundredths faster or slower. */
  #nudge(part: Part, late: number): void {
    part.nudging = late !== 0;
    const change = Math.min(MOST_NUDGE, Math.max(-MOST_NUDGE, late / 1000));
    part.element.playbackRate = this.#rate.value * (1 + change);
  }

  #publish(ready: boolean): void {
    const at = this.#at();
    this.#position.value = at;
    if (at >= this.#timeline.duration && !this.#wanted) this.#state.value = "ended";
    else if (this.#running) this.#state.value = "playing";
    else if (this.#wanted) this.#state.value = "waiting";
    else this.#state.value = ready || this.#state.value !== "loading" ? "paused" : "loading";

    const active = [...this.#parts.values()].filter((part) => this.#plays(part));
    const pictures = active.flatMap(({ clip, element }) =>
      clip.kind === "mic" ? [] : [{ clip, element: element as HTMLVideoElement }]);
    const sounds = active.filter(({ clip }) => clip.kind === "mic").map(({ clip, element }) => ({ clip, element }));
    setIfChanged(this.#pictures, pictures, (a, b) => a.element === b.element);
    setIfChanged(this.#sounds, sounds, (a, b) => a.element === b.element);
    setIfChanged(this.#failed, active.filter((part) => !usable(part)).map((part) => part.clip), (a, b) => a === b);
  }
}

function usable(part: Part): boolean {
  return part.playable && part.errors < RETRIES;
}

function ready({ element, retryAt }: Part): boolean {
  return retryAt === 0 && (element.ended || (element.readyState >= 3 && !element.seeking));
}

function setIfChanged<T>(target: { value: readonly T[] }, next: readonly T[], same: (a: T, b: T) => boolean): void {
  const before = target.value;
  const unchanged = before.length === next.length && next.every((item, index) => same(item, before[index] as T));
  if (!unchanged) target.value = next;
}
