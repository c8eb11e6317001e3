// SPDX-License-Identifier: MIT
/*
 * Our own microphone, camera and screen: opened when wanted, shown in the preview before class and
 * sent in class. A camera that is off is closed, so that its light is off; a microphone that is muted
 * stays open, so that unmuting is immediate.
 */
import { signal, type Signal } from "@preact/signals-core";
import { SourceError, type Kind } from "../room/port";
import { capture, chosenDevice, refreshDevices } from "./devices";
import { CAMERA, SCREEN_FRAMES } from "./layers";

type Track = MediaStreamTrack | null;

export class LocalMedia {
  readonly tracks: Record<Kind, Signal<Track>> = { mic: signal(null), camera: signal(null), screen: signal(null) };
  /** A track ended without our doing: unplugged, or the browser's own "stop sharing". */
  onended: (kind: Kind) => void = () => {};

  #wanted: Record<Kind, number> = { mic: 0, camera: 0, screen: 0 };

  /** The open track of this kind, opened if it is not. Rejects with a SourceError. */
  async open(kind: Kind): Promise<MediaStreamTrack> {
    const ready = this.tracks[kind].value;
    if (ready?.readyState === "live") return ready;
    return this.#capture(kind);
  }

  /** Microphone and camera by one question of the browser; what is missing is left out. */
  async openBoth(): Promise<void> {
    const turns = { mic: ++this.#wanted.mic, camera: ++this.#wanted.camera };
    const stream = await capture(() => navigator.mediaDevices.getUserMedia({ audio: microphone(), video: camera() }));
    for (const track of stream.getTracks()) {
      const kind = track.kind === "audio" ? "mic" : "camera";
      if (turns[kind] === this.#wanted[kind]) this.#take(kind, track);
      else track.stop();
    }
  }

  close(kind: Kind): void {
    this.#wanted[kind]++; // one that is being opened is not wanted any more
    this.tracks[kind].value?.stop();
    this.tracks[kind].value = null;
  }

  closeAll(): void {
    for (const kind of ["mic", "camera", "screen"] as const) this.close(kind);
  }

  /** Takes the device that was chosen anew; the old one goes on if the new one cannot be had. */
  async reopen(kind: "mic" | "camera"): Promise<MediaStreamTrack> {
    return this.#capture(kind);
  }

  async #capture(kind: Kind): Promise<MediaStreamTrack> {
    const turn = ++this.#wanted[kind];
    const stream = await capture(() => request(kind));
    const track = stream.getTracks()[0];
    if (!track || turn !== this.#wanted[kind]) {
      track?.stop();
      throw new SourceError("dropped");
    }
    this.#take(kind, track);
    return track;
  }

  #take(kind: Kind, track: MediaStreamTrack): void {
    if (kind === "screen") track.contentHint = "detail";
    track.addEventListener("ended", () => {
      if (this.tracks[kind].value !== track) return;
      this.tracks[kind].value = null;
      this.onended(kind);
    });
    this.tracks[kind].value?.stop();
    this.tracks[kind].value = track;
    if (kind !== "screen") void refreshDevices(); // now the labels can be read
  }
}

function request(kind: Kind): Promise<MediaStream> {
  const media = navigator.mediaDevices;
  if (kind === "screen") return media.getDisplayMedia({ video: { frameRate: { max: SCREEN_FRAMES } }, audio: false });
  return media.getUserMedia(kind === "mic" ? { audio: microphone() } : { video: camera() });
}

function microphone(): MediaTrackConstraints {
  return { echoCancellation: true, noiseSuppression: true, autoGainControl: true, ...chosen("audioinput") };
}

function camera(): MediaTrackConstraints {
  const { width, height, frames } = CAMERA;
  const size = { width: { ideal: width }, height: { ideal: height } };
  return { ...size, frameRate: { ideal: frames, max: frames }, ...chosen("videoinput") };
}

/** `ideal`: a chosen device that is not there today must not keep anybody out. */
function chosen(use: "audioinput" | "videoinput"): MediaTrackConstraints {
  const id = chosenDevice(use);
  return id ? { deviceId: { ideal: id } } : {};
}
