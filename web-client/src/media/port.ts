// SPDX-License-Identifier: MIT
/*
 * The session's media port, made of the browser's parts: the local tracks, and one peer at a time.
 */
import { signal, type Signal } from "@preact/signals-core";
import { KINDS, type Kind, type MediaHandlers, type MediaPort } from "../room/port";
import { chosenCodec } from "./codecs";
import { CAMERA } from "./layers";
import type { LocalMedia } from "./local";
import { Peer } from "./peer";

export type Streams = readonly (MediaStream | undefined)[];

export class BrowserMedia implements MediaPort {
  handlers: MediaHandlers | null = null;
  /** What comes in, by slot. Streams of an old peer stay until the new ones are there. */
  readonly audio: Signal<Streams> = signal([]);
  readonly video: Signal<Streams> = signal([]);
  readonly peer: Signal<Peer | null> = signal(null);

  #on = new Set<Kind>();

  constructor(readonly local: LocalMedia) {
    local.onended = (kind) => {
      this.#on.delete(kind);
      void this.peer.value?.send(kind, null);
      this.handlers?.stopped(kind);
    };
  }

  async offer(audioSlots: number, videoSlots: number): Promise<string> {
    this.peer.value?.close();
    const streams = { audio: this.audio, video: this.video };
    const peer: Peer = new Peer({
      audioSlots,
      videoSlots,
      cameraHeight: this.local.tracks.camera.value?.getSettings().height ?? CAMERA.height,
      cameraCodec: chosenCodec(),
      state: (state) => this.peer.value === peer && this.handlers?.peer(state),
      stream: (medium, slot, stream) => {
        if (this.peer.value !== peer) return;
        const next = [...streams[medium].value];
        next[slot] = stream;
        streams[medium].value = next;
      },
    });
    this.peer.value = peer;
    const sdp = await peer.offer();
    for (const kind of KINDS) if (this.#on.has(kind)) await peer.send(kind, this.local.tracks[kind].value);
    return sdp;
  }

  async restart(): Promise<string> {
    if (!this.peer.value) throw new Error("no peer to restart");
    return this.peer.value.restart();
  }

  async answer(sdp: string): Promise<void> {
    await this.peer.value?.answer(sdp);
  }

  async turn(kind: Kind, on: boolean): Promise<void> {
    if (!on) return this.#turnOff(kind);
    const track = await this.local.open(kind);
    track.enabled = true;
    this.#on.add(kind);
    await this.peer.value?.send(kind, track);
  }

  /** After another device was chosen: sends from it if this kind is on. */
  async switchDevice(kind: "mic" | "camera"): Promise<void> {
    if (!this.local.tracks[kind].value) return; // the next opening takes it
    const track = await this.local.reopen(kind);
    track.enabled = kind === "camera" || this.#on.has("mic");
    if (this.#on.has(kind)) await this.peer.value?.send(kind, track);
  }

  close(): void {
    this.#on.clear();
    this.peer.value?.close();
    this.peer.value = null;
    this.audio.value = [];
    this.video.value = [];
    this.local.closeAll();
  }

  async #turnOff(kind: Kind): Promise<void> {
    this.#on.delete(kind);
    if (kind === "mic") {
      const mic = this.local.tracks.mic.value;
      if (mic) mic.enabled = false;
      return;
    }
    this.local.close(kind);
    await this.peer.value?.send(kind, null);
  }
}
