// SPDX-License-Identifier: MIT
/*
 * How large each incoming picture is drawn, told to the session so that the server sends no more than
 * is of use. Nothing is sent for a picture that is not on the page, or while the page is not in sight.
 */
import { effect, signal, type ReadonlySignal } from "@preact/signals";
import type { Slot } from "../../proto/messages.gen";
import { wantedHeight, type Receive } from "../../room/policy";

/** Sizes settle before they are told. */
const SETTLE_MS = 200;
/** Who looks at another page for a moment should find the pictures running. */
const HIDDEN_MS = 10_000;

export class Views {
  readonly #shown = new Map<number, HTMLElement>();
  readonly #observer = new ResizeObserver(() => this.#changed());
  readonly #hidden = signal(false);
  readonly #stop: () => void;
  #settle = 0;
  #hide = 0;

  constructor(
    private readonly slots: ReadonlySignal<readonly Slot[]>,
    private readonly receive: ReadonlySignal<Receive>,
    private readonly report: (heights: ReadonlyMap<number, number>) => void,
  ) {
    this.#stop = effect(() => {
      void [slots.value, receive.value, this.#hidden.value];
      this.#changed();
    });
    document.addEventListener("visibilitychange", this.#visibility);
  }

  /** `element` draws this slot until the returned function is called. */
  show(slot: number, element: HTMLElement): () => void {
    this.#shown.set(slot, element);
    this.#observer.observe(element);
    this.#changed();
    return () => {
      this.#observer.unobserve(element);
      if (this.#shown.get(slot) === element) this.#shown.delete(slot);
      this.#changed();
    };
  }

  close(): void {
    clearTimeout(this.#settle);
    clearTimeout(this.#hide);
    document.removeEventListener("visibilitychange", this.#visibility);
    this.#observer.disconnect();
    this.#stop();
  }

  readonly #visibility = () => {
    clearTimeout(this.#hide);
    if (document.visibilityState === "visible") this.#hidden.value = false;
    else this.#hide = window.setTimeout(() => (this.#hidden.value = true), HIDDEN_MS);
  };

  #changed(): void {
    clearTimeout(this.#settle);
    this.#settle = window.setTimeout(() => this.#tell(), SETTLE_MS);
  }

  #tell(): void {
    const heights = new Map<number, number>();
    for (const { slot, kind } of this.slots.peek()) {
      const css = this.#hidden.peek() ? 0 : (this.#shown.get(slot)?.clientHeight ?? 0);
      heights.set(slot, wantedHeight(this.receive.peek(), kind, Math.round(css * devicePixelRatio)));
    }
    if (heights.size > 0) this.report(heights);
  }
}
