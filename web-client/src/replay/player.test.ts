// SPDX-License-Identifier: MIT
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Player, type Surroundings } from "./player";
import { createTimeline, type Clip, type Manifest } from "./timeline";

/** A media element of which the test decides how well it keeps time and whether it has data. */
class FakeElement extends EventTarget {
  src = "";
  preload = "";
  preservesPitch = false;
  volume = 1;
  muted = false;
  paused = true;
  seeking = false;
  ended = false;
  readyState = 4;
  currentTime = 0;
  playbackRate = 1;
  defaultPlaybackRate = 1;
  /** How many ms it moves for one of ours, besides its rate. */
  pace = 1;
  constructor(readonly kind: string) { super(); }
  play() {
    this.paused = false;
    return Promise.resolve();
  }
  pause() { this.paused = true; }
  load() {}
  removeAttribute() { this.src = ""; }
  canPlayType(type: string) { return type.includes("avc1") ? "" : "probably"; }
  pass(ms: number) {
    if (!this.paused && this.readyState >= 3) this.currentTime += (ms * this.playbackRate * this.pace) / 1000;
  }
}

function clip(file: string, kind: Clip["kind"], start_ms: number, duration_ms: number, role = "instructor"): Clip {
  return {
    file, kind, codec: "", member: role, name: role, role, start_ms, duration_ms, bytes: 1, width: 0, height: 0,
  };
}

const manifest: Manifest = {
  version: 1, recording: "s/r", started_ms: 0, duration_ms: 60_000, recovered: false, gaps: [], chapters: [],
  clips: [
    clip("mic.webm", "mic", 0, 40_000),
    clip("cam.webm", "camera", 200, 39_800),
    clip("other.webm", "mic", 30_000, 5000, "trainee"),
    clip("late.webm", "camera", 45_000, 15_000),
  ],
};

let now: number;
let hidden: boolean;
let elements: FakeElement[];
let player: Player;

const element = (file: string) => elements.filter((one) => one.src.endsWith(file)).at(-1) as FakeElement;

/** Lets time go by, for the elements and for the loop. */
function pass(ms: number): void {
  for (let gone = 0; gone < ms; gone += 50) {
    now += 50;
    for (const one of elements) one.pass(50);
    vi.advanceTimersByTime(50);
  }
}

function start(at = 0, shown = manifest): void {
  const around: Surroundings = {
    now: () => now,
    hidden: () => hidden,
    createElement(kind) {
      const made = new FakeElement(kind);
      elements.push(made);
      return made as unknown as HTMLMediaElement;
    },
  };
  player = new Player(createTimeline(shown, []), "/media/", at, around);
}

beforeEach(() => {
  vi.useFakeTimers();
  now = 1000;
  hidden = false;
  elements = [];
});
afterEach(() => {
  player.destroy();
  vi.useRealTimers();
});

describe("the player", () => {
  it("opens paused at the moment it is given, with the elements in place", () => {
    start(10_000);
    expect(player.state.value).toBe("paused");
    expect(player.position.value).toBe(10_000);
    expect(element("mic.webm").currentTime).toBe(10);
    expect(element("cam.webm").currentTime).toBeCloseTo(9.8);
    expect(player.pictures.value.map((one) => one.clip.file)).toEqual(["cam.webm"]);
    expect(element("cam.webm").muted).toBe(true);
    expect(element("mic.webm").muted).toBe(false);
  });

  it("follows the instructor's sound, not its own clock", () => {
    start(1000);
    player.play();
    element("mic.webm").pace = 0.98;
    pass(10_000);
    expect(player.position.value).toBeGreaterThan(10_700);
    expect(player.position.value).toBeLessThan(10_850);
  });

  it("goes by the rate of a clip whose clock ran fast or slow", () => {
    const drifting = manifest.clips.map((one) => (one.file === "cam.webm" ? { ...one, rate: 1.01 } : one));
    start(20_400, { ...manifest, clips: drifting });
    expect(element("mic.webm").currentTime).toBe(20.4);
    expect(element("cam.webm").currentTime).toBeCloseTo(20);
    player.play();
    pass(10_000);
    expect(Math.abs(player.position.value - 200 - element("cam.webm").currentTime * 1010)).toBeLessThan(40);
  });

  it("nudges a picture that falls behind, and stops when it is back", () => {
    start(1000);
    player.play();
    pass(500);
    element("cam.webm").currentTime -= 0.05;
    pass(200);
    expect(element("cam.webm").playbackRate).toBeGreaterThan(1);
    expect(element("cam.webm").playbackRate).toBeLessThanOrEqual(1.08);
    pass(4000);
    expect(element("cam.webm").playbackRate).toBe(1);
    expect(Math.abs(player.position.value - 200 - element("cam.webm").currentTime * 1000)).toBeLessThan(20);
  });

  it("seeks a picture that is far off, while the sound plays on", () => {
    start(1000);
    player.play();
    pass(2000);
    const camera = element("cam.webm");
    camera.currentTime -= 2;
    pass(100);
    expect(camera.currentTime).toBeGreaterThan(2.7);
    camera.seeking = true;
    pass(500);
    expect(player.state.value).toBe("playing");
    expect(element("mic.webm").paused).toBe(false);
  });

  it("holds everything while the sound has no data", () => {
    start(1000);
    player.play();
    pass(500);
    element("mic.webm").readyState = 2;
    pass(20_000);
    expect(player.state.value).toBe("waiting");
    expect(element("cam.webm").paused).toBe(true);
    expect(player.position.value).toBeLessThan(2000);
    element("mic.webm").readyState = 4;
    pass(200);
    expect(player.state.value).toBe("playing");
  });

  it("waits a little for a picture, then goes on without it", () => {
    start(1000);
    element("cam.webm").readyState = 1;
    player.play();
    pass(1000);
    expect(player.state.value).toBe("waiting");
    pass(3000);
    expect(player.state.value).toBe("playing");
  });

  it("does not wait for pictures that nobody sees", () => {
    start(1000);
    hidden = true;
    element("cam.webm").readyState = 1;
    player.play();
    pass(200);
    expect(player.state.value).toBe("playing");
  });

  it("fetches a clip before it begins and drops it after its end", () => {
    start(14_000);
    expect(element("other.webm")).toBeUndefined();
    player.play();
    pass(1500);
    expect(element("other.webm").paused).toBe(true);
    pass(15_000);
    expect(element("other.webm").paused).toBe(false);
    const other = element("other.webm");
    pass(6000);
    expect(other.src).toBe("");
  });

  it("goes by the clock of the page where nothing was recorded", () => {
    start(39_000);
    player.play();
    pass(4000);
    expect(player.position.value).toBeGreaterThan(42_700);
    expect(player.pictures.value).toEqual([]);
  });

  it("tries again when a clip fails, tells when it gives up, and plays on", () => {
    start(50_000);
    player.play();
    const fail = () => element("late.webm").dispatchEvent(new Event("error"));
    fail();
    expect(player.failed.value).toEqual([]);
    for (let i = 0; i < 5; i++) {
      pass(100);
      fail();
    }
    pass(200);
    expect(player.failed.value.map((one) => one.file)).toEqual(["late.webm"]);
    expect(player.state.value).toBe("playing");
  });

  it("gives up at once on a codec that the browser has not, and plays on", () => {
    const clips = manifest.clips.map((one) => ({ ...one, codec: one.file === "late.webm" ? "h264" : "vp8" }));
    start(50_000, { ...manifest, clips });
    player.play();
    pass(200);
    expect(player.failed.value.map((one) => one.file)).toEqual(["late.webm"]);
    player.seek(52_000);
    pass(200);
    expect(player.failed.value.map((one) => one.file)).toEqual(["late.webm"]);
    expect(element("late.webm")).toBeUndefined();
    expect(player.state.value).toBe("playing");
  });

  it("sets the speed of all and stops at the end, with the last picture", () => {
    start(55_000);
    player.setRate(2);
    expect(element("late.webm").playbackRate).toBe(2);
    player.play();
    pass(3000);
    expect(player.state.value).toBe("ended");
    expect(player.position.value).toBe(60_000);
    expect(player.pictures.value).toHaveLength(1);
    player.play();
    pass(100);
    expect(player.position.value).toBeLessThan(1000);
  });

  it("keeps volume and silence for clips to come", () => {
    start(10_000);
    player.setVolume(0.4);
    player.setMuted(true);
    player.seek(30_500);
    expect(element("other.webm").volume).toBe(0.4);
    expect(element("other.webm").muted).toBe(true);
    player.setVolume(0.6);
    expect(element("other.webm").muted).toBe(false);
  });
});
