// SPDX-License-Identifier: MIT
/*
 * Our own microphone, camera and screen: opened when wanted, shown in the preview before class and
 * sent in class. A camera that is off is closed, so that its light is off; a microphone that is muted
 * stays open, so that unmuting is immediate.
 */
import { signal, type Signal } from "@preact/signals-core";
import { KINDS, SourceError, type Kind } from "../room/port";
import { capture, chosenDevice, refreshDevices } from "./devices";
import { CAMERA, SCREEN_FRAMES } from "./layers";

type Track = MediaStreamTrack | null;

export class LocalMedia {
  readonly tracks: Record<Kind, Signal<Track>> = { mic: signal(null), camera: signal(null), screen: signal(null) };
  /** A track ended without our doing: unplugged, or the browser's own "stop sharing". */
  onended: (kind: Kind) => void = () => {};

  /** Kinds whose device the browser is opening, or asking for. */
  readonly opening: Signal<ReadonlySet<Kind>> = signal(new Set<Kind>());

  #captures = new Map<Kind, Promise<MediaStreamTrack>>();
  #turns: Record<Kind, number> = { mic: 0, camera: 0, screen: 0 };

  /** Open, or going to be. */
  wants(kind: Kind): boolean {
    return this.tracks[kind].value !== null || this.opening.value.has(kind);
  }

  /** The open track of this kind, opened if it is not. Rejects with a SourceError. */
  open(kind: Kind): Promise<MediaStreamTrack> {
    const ready = this.tracks[kind].peek();
    if (ready?.readyState === "live") return Promise.resolve(ready);
    return this.#captures.get(kind) ?? this.reopen(kind);
  }

  /** Takes the device that was chosen anew; the old one goes on if the new one cannot be had. */
  reopen(kind: Kind): Promise<MediaStreamTrack> {
    return this.#capture(kind, () => request(kind));
  }

  /** Microphone and camera by one question of the browser. */
  async openBoth(): Promise<void> {
    const both = capture(() => navigator.mediaDevices.getUserMedia({ audio: microphone(), video: camera() }));
    await Promise.all((["mic", "camera"] as const).map((kind) => this.#capture(kind, () => both)));
  }

  close(kind: Kind): void {
    this.#turns[kind]++; // one that is being opened is not wanted any more
    this.#captures.delete(kind);
    this.#tellOpening();
    this.tracks[kind].value?.stop();
    this.tracks[kind].value = null;
  }

  closeAll(): void {
    for (const kind of KINDS) this.close(kind);
  }

  #capture(kind: Kind, request: () => Promise<MediaStream>): Promise<MediaStreamTrack> {
    const turn = ++this.#turns[kind];
    const captured = this.#trackOf(kind, request, turn).finally(() => {
      if (turn !== this.#turns[kind]) return;
      this.#captures.delete(kind);
      this.#tellOpening();
    });
    this.#captures.set(kind, captured);
    this.#tellOpening();
    return captured;
  }

  async #trackOf(kind: Kind, request: () => Promise<MediaStream>, turn: number): Promise<MediaStreamTrack> {
    const stream = await capture(request);
    const track = (kind === "mic" ? stream.getAudioTracks() : stream.getVideoTracks())[0];
    if (!track || turn !== this.#turns[kind]) {
      track?.stop();
      throw new SourceError("dropped");
    }
    this.#take(kind, track);
    return track;
  }

  #tellOpening(): void {
    this.opening.value = new Set(this.#captures.keys());
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
