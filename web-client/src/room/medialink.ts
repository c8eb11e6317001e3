// SPDX-License-Identifier: MIT
/*
 * The media link of a session: when to make an offer, and how to repair.
 *
 * One offer and one answer. After that a new offer goes out only when the way is broken: first an
 * ICE restart on the same peer, then, if that does not help, a new peer. While the channel is down
 * nothing can be offered; the need is remembered until the next `enter`.
 */
import { signal, type Signal } from "@preact/signals-core";
import type { Timers } from "../proto/channel";
import type { MediaPort, PeerState } from "./port";

/** A weak way often comes back by itself; longer than this, help it. */
export const WEAK_MS = 2500;
/** An offer that has not led to a connection by then is not going to. */
export const CONNECT_MS = 8000;
export const RETRY_MIN_MS = 1000;
export const RETRY_MAX_MS = 8000;

type Need = "nothing" | "restart" | "peer";

export class MediaLink {
  readonly state: Signal<PeerState> = signal("none");

  #need: Need = "peer";
  #slots = { audio: 0, video: 0 };
  #open = false; // the class is open and the channel is up
  #turn = 0; // of the offer that counts; older ones are dropped when they come back
  #tries = 0;
  #cancel = () => {};

  constructor(
    private readonly media: MediaPort,
    private readonly timers: Timers,
    private readonly send: (sdp: string) => Promise<{ sdp: string }>,
  ) {}

  /** `enter` was answered. `keep`: the server still has our peer. */
  welcome(keep: boolean, audioSlots: number, videoSlots: number): void {
    this.#slots = { audio: audioSlots, video: videoSlots };
    if (!keep) this.#need = "peer";
    else if (this.state.value === "weak" && this.#need === "nothing") this.#need = "restart";
  }

  /** The class is open: media may flow. */
  open(): void {
    if (this.#open) return;
    this.#open = true;
    this.#tries = 0;
    this.#work();
  }

  /** The channel went away; what flows goes on flowing. */
  down(): void {
    this.#open = false;
    this.#turn++;
    this.#cancel();
  }

  /** The server gave our peer up. */
  lost(): void {
    this.#need = "peer";
    this.#work();
  }

  close(): void {
    this.down();
    this.#need = "peer";
    this.state.value = "none";
  }

  peerIs(state: PeerState): void {
    this.state.value = state;
    if (state === "connected") {
      this.#tries = 0;
      this.#cancel();
    } else if (state === "weak") {
      this.#later(WEAK_MS, "restart");
    } else if (state === "failed") {
      this.#repair(this.#tries === 0 ? "restart" : "peer");
    }
  }

  #repair(need: Need): void {
    if (this.#need !== "peer") this.#need = need;
    if (this.#tries === 0) return this.#work();
    const wait = Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** (this.#tries - 1));
    this.#cancel();
    this.#cancel = this.timers.after(wait, () => this.#work());
  }

  #later(ms: number, need: Need): void {
    this.#cancel();
    this.#cancel = this.timers.after(ms, () => {
      if (this.state.value !== "connected") this.#repair(need);
    });
  }

  #work(): void {
    if (this.#open && this.#need !== "nothing") void this.#offer(this.#need);
  }

  async #offer(need: "restart" | "peer"): Promise<void> {
    const turn = ++this.#turn;
    this.#tries++;
    // Until the answer is in, only a new peer will do: a half-made restart cannot be taken back.
    this.#need = "peer";
    this.#later(CONNECT_MS, "peer");
    try {
      const fresh = need === "peer";
      const offer = await (fresh ? this.media.offer(this.#slots.audio, this.#slots.video) : this.media.restart());
      if (turn !== this.#turn) return;
      const { sdp } = await this.send(offer);
      if (turn !== this.#turn) return;
      await this.media.answer(sdp);
      if (turn === this.#turn) this.#need = "nothing";
    } catch {
      if (turn === this.#turn) this.#repair("peer");
    }
  }
}
