// SPDX-License-Identifier: MIT
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LocalMedia } from "./local";

class FakeTrack extends EventTarget {
  readyState = "live";
  enabled = true;
  contentHint = "";
  constructor(readonly kind: "audio" | "video") {
    super();
  }
  stop() {
    this.readyState = "ended";
  }
}

const made: FakeTrack[] = [];
let asked: MediaStreamConstraints[];
let answer: () => Promise<void>;

function stream(constraints: MediaStreamConstraints) {
  const kinds = (["audio", "video"] as const).filter((kind) => constraints[kind]);
  const tracks = kinds.map((kind) => new FakeTrack(kind));
  made.push(...tracks);
  const of = (kind: string) => tracks.filter((track) => track.kind === kind);
  return { getTracks: () => tracks, getAudioTracks: () => of("audio"), getVideoTracks: () => of("video") };
}

beforeEach(() => {
  made.length = 0;
  asked = [];
  answer = async () => {};
  const ask = async (constraints: MediaStreamConstraints) => {
    asked.push(constraints);
    await answer();
    return stream(constraints);
  };
  vi.stubGlobal("navigator", {
    mediaDevices: { getUserMedia: ask, getDisplayMedia: ask, enumerateDevices: async () => [] },
  });
});
afterEach(() => vi.unstubAllGlobals());

/** The browser asks the person, who takes their time. */
function hold(): () => void {
  let allow = () => {};
  const answered = new Promise<void>((resolve) => (allow = resolve));
  answer = () => answered;
  return allow;
}

describe("a device", () => {
  it("is wanted from the moment it is asked for, and asked for once", async () => {
    const local = new LocalMedia();
    const allow = hold();
    const first = local.open("mic");
    const second = local.open("mic"); // the class is entered while the page before it still opens the device
    expect(local.wants("mic")).toBe(true);
    expect(local.tracks.mic.value).toBeNull();
    allow();
    expect(await first).toBe(await second);
    expect(asked).toHaveLength(1);
    expect(local.opening.value.size).toBe(0);
    expect(await local.open("mic")).toBe(local.tracks.mic.value);
    expect(asked).toHaveLength(1);
  });

  it("that is no longer wanted is closed as soon as it is there", async () => {
    const local = new LocalMedia();
    const allow = hold();
    const opening = local.open("camera");
    local.close("camera");
    expect(local.wants("camera")).toBe(false);
    allow();
    await expect(opening).rejects.toMatchObject({ problem: "dropped" });
    expect(made.map((track) => track.readyState)).toEqual(["ended"]);
    expect(local.tracks.camera.value).toBeNull();
  });

  it("chosen anew takes the place of the old one only when it is there", async () => {
    const local = new LocalMedia();
    const old = await local.open("camera");
    answer = () => Promise.reject(Object.assign(new Error("busy"), { name: "NotReadableError" }));
    await expect(local.reopen("camera")).rejects.toMatchObject({ problem: "busy" });
    expect(local.tracks.camera.value).toBe(old);
    expect(old.readyState).toBe("live");
    answer = async () => {};
    await local.reopen("camera");
    expect(old.readyState).toBe("ended");
  });

  it("that ends by itself is told; one that we close is not", async () => {
    const local = new LocalMedia();
    const ended: string[] = [];
    local.onended = (kind) => ended.push(kind);
    const mic = await local.open("mic");
    const screen = await local.open("screen");
    local.close("mic");
    mic.dispatchEvent(new Event("ended"));
    screen.dispatchEvent(new Event("ended"));
    expect(ended).toEqual(["screen"]);
    expect(local.tracks.screen.value).toBeNull();
    expect(screen.contentHint).toBe("detail");
  });

  it("both are asked for by one question", async () => {
    const local = new LocalMedia();
    await local.openBoth();
    expect(asked).toHaveLength(1);
    expect(local.tracks.mic.value?.kind).toBe("audio");
    expect(local.tracks.camera.value?.kind).toBe("video");
  });
});

describe("why a device cannot be had", () => {
  const cases: [string, string, string][] = [
    ["NotAllowedError", "Permission denied", "denied"],
    ["NotAllowedError", "Permission dismissed", "dismissed"],
    ["NotFoundError", "Requested device not found", "none"],
    ["NotReadableError", "Could not start video source", "busy"],
    ["WeirdError", "?", "failed"],
  ];
  for (const [name, message, problem] of cases) {
    it(`${name} (${message}) is ${problem}`, async () => {
      answer = () => Promise.reject(Object.assign(new Error(message), { name }));
      await expect(new LocalMedia().open("camera")).rejects.toMatchObject({ problem });
    });
  }

  it("an address that is not secure", async () => {
    vi.stubGlobal("navigator", {});
    await expect(new LocalMedia().open("mic")).rejects.toMatchObject({ problem: "insecure" });
    await expect(new LocalMedia().openBoth()).rejects.toMatchObject({ problem: "insecure" });
  });
});
