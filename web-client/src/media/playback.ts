// SPDX-License-Identifier: MIT
/*
 * The sound of the class: one hidden <audio> for each audio slot. Each plays the stream as the
 * browser grouped it, so that the instructor's voice stays in step with their camera.
 */
import { effect, signal, type ReadonlySignal, type Signal } from "@preact/signals-core";
import { useSpeaker } from "./meter";
import type { Streams } from "./port";

export class Playback {
  /** The browser wants a click before it lets us be heard. */
  readonly blocked: Signal<boolean> = signal(false);

  readonly #elements: HTMLAudioElement[] = [];
  readonly #stop: () => void;

  constructor(
    streams: ReadonlySignal<Streams>,
    private readonly place: HTMLElement,
  ) {
    this.#stop = effect(() => streams.value.forEach((stream, slot) => this.#play(slot, stream)));
  }

  /** After the click. */
  resume(): void {
    this.blocked.value = false;
    for (const element of this.#elements) this.#start(element);
  }

  /** Another speaker was chosen. */
  speakerChanged(): void {
    for (const element of this.#elements) void useSpeaker(element);
  }

  close(): void {
    this.#stop();
    for (const element of this.#elements) {
      element.srcObject = null;
      element.remove();
    }
  }

  #play(slot: number, stream: MediaStream | undefined): void {
    const element = (this.#elements[slot] ??= this.#element(slot));
    if (element.srcObject === (stream ?? null)) return;
    element.srcObject = stream ?? null;
    if (stream) this.#start(element);
  }

  #element(slot: number): HTMLAudioElement {
    const element = document.createElement("audio");
    element.dataset["audioSlot"] = String(slot);
    element.autoplay = true;
    void useSpeaker(element);
    this.place.append(element);
    return element;
  }

  #start(element: HTMLAudioElement): void {
    element.play().catch((error: unknown) => {
      if (error instanceof Error && error.name === "NotAllowedError") this.blocked.value = true;
    });
  }
}
