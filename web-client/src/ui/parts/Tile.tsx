// SPDX-License-Identifier: MIT
// The frame of one picture: name, signs, the ring of who speaks, and what to show while there is no picture.
import type { ComponentChildren } from "preact";
import "./Tile.css";

export interface TileProps {
  name: string;
  /** A <video>, or nothing: then the initials stand in. */
  video?: ComponentChildren;
  /** Small signs beside the name (muted, link). */
  signs?: ComponentChildren;
  /** Upper right corner (hand with its number). */
  corner?: ComponentChildren;
  /** Words over the picture; the last frame stays under a veil. */
  notice?: ComponentChildren;
  speaking?: boolean;
  /** Show the whole picture (a screen) rather than fill the frame (a face). */
  whole?: boolean;
  class?: string;
}

export function Tile({ name, video, signs, corner, notice, speaking, whole, ...rest }: TileProps) {
  const names = ["tile", speaking && "tile-speaking", whole && "tile-whole", notice && "tile-veiled", rest.class];
  return (
    <figure class={names.filter(Boolean).join(" ")}>
      {video}
      {(!video || notice) && (
        <div class="tile-middle">
          {!video && <span class="tile-initials" aria-hidden="true">{initials(name)}</span>}
          {notice}
        </div>
      )}
      {corner && <div class="tile-corner">{corner}</div>}
      <figcaption class="tile-name">
        {signs}
        <span class="clip">{name}</span>
      </figcaption>
    </figure>
  );
}

/** First letters of the first and the last word: Ana María Pérez -> AP. */
export function initials(name: string): string {
  const words = name.split(/\s+/).filter((word) => /^\p{L}/u.test(word));
  const letters = words.length > 1 ? [words[0], words[words.length - 1]] : words;
  return letters.map((word) => [...(word ?? "")][0] ?? "").join("").toLocaleUpperCase();
}
