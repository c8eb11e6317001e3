// SPDX-License-Identifier: MIT
/*
 * What the session needs of the browser: media, and a place to remember. Interfaces only, so that
 * `room` compiles without the DOM and is tested without a browser.
 */

/** The three things that a member can send. */
export type Kind = "mic" | "camera" | "screen";
export const KINDS: readonly Kind[] = ["mic", "camera", "screen"];

export type Sending = Readonly<Record<Kind, boolean>>;
export const NOTHING: Sending = { mic: false, camera: false, screen: false };

/** Why a device cannot be had; the pages say it in words. `dropped`: no longer wanted when it came. */
export type SourceProblem = "denied" | "dismissed" | "none" | "busy" | "insecure" | "failed" | "dropped";

export class SourceError extends Error {
  constructor(
    readonly problem: SourceProblem,
    text = problem as string,
  ) {
    super(text);
    this.name = "SourceError";
  }
}

/** `weak`: it may come back by itself. `failed`: it will not. */
export type PeerState = "none" | "connecting" | "connected" | "weak" | "failed";

export interface MediaHandlers {
  peer(state: PeerState): void;
  /** A source ended by itself: unplugged, or stopped by the browser's own button. */
  stopped(kind: Kind): void;
}

export interface MediaPort {
  handlers: MediaHandlers | null;
  /** Makes a new peer in place of the old one; resolves to its offer. */
  offer(audioSlots: number, videoSlots: number): Promise<string>;
  /** An offer that restarts ICE on the peer that there is. */
  restart(): Promise<string>;
  answer(sdp: string): Promise<void>;
  /** Turning on rejects with a SourceError; turning off takes effect before it returns. */
  turn(kind: Kind, on: boolean): Promise<void>;
  /** Ends the peer and every source. */
  close(): void;
}

/** The part of the DOM's Storage that is used. */
export interface Store {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}
