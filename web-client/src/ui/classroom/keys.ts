// SPDX-License-Identifier: MIT
/*
 * Keys of the classroom. Single letters act only while nothing is being typed and no menu or dialog is open;
 * they can be turned off for those whom they disturb (WCAG 2.1.4). Space held down opens the microphone.
 */
import { signal } from "@preact/signals";
import type { Stay } from "./stay";

const KEY = "lectern.shortcuts";

function stored(): boolean {
  try {
    return localStorage.getItem(KEY) !== "off";
  } catch {
    return true;
  }
}

export const shortcutsOn = signal(stored());

export function turnShortcuts(on: boolean): void {
  shortcutsOn.value = on;
  try {
    localStorage.setItem(KEY, on ? "on" : "off");
  } catch {
    // then for this page only
  }
}

export type Act = "mic" | "camera" | "hand" | "chat" | "people" | "screen" | "full" | "list" | "talk";

export interface Stroke {
  key: string;
  ctrl: boolean;
  alt: boolean;
  meta: boolean;
  repeat: boolean;
  /** Where the focus is. */
  focus: "nothing" | "control" | "text" | "layer";
}

const LETTERS: Record<string, Act> = {
  m: "mic",
  v: "camera",
  r: "hand",
  c: "chat",
  p: "people",
  d: "screen",
  f: "full",
  "?": "list",
};
const CHORDS: Record<string, Act> = { d: "mic", e: "camera" };

/** What a stroke means, or null. */
export function actOf({ key, ctrl, alt, meta, repeat, focus }: Stroke): Act | null {
  if (alt || meta || repeat || focus === "layer") return null;
  const letter = key.toLowerCase();
  if (ctrl) return CHORDS[letter] ?? null;
  if (focus === "text") return null;
  if (key === " ") return focus === "nothing" ? "talk" : null; // elsewhere Space presses what has the focus
  return LETTERS[letter] ?? null;
}

export function focusOf(element: Element | null): Stroke["focus"] {
  if (document.querySelector("dialog[open]")) return "layer";
  if (element?.closest("[role='menu'], select")) return "layer";
  if (element?.closest("input, textarea, [contenteditable='true']")) return "text";
  return element?.closest("button, a, summary, [tabindex='0']") ? "control" : "nothing";
}

/** Listens until the returned function is called. */
export function listen(stay: Stay, showList: () => void): () => void {
  const { session } = stay;
  let talking = false;
  const acts: Record<Act, () => void> = {
    mic: () => void session.turn("mic", !session.sending.peek().mic),
    camera: () => void session.turn("camera", !session.sending.peek().camera),
    screen: () => void session.turn("screen", !session.sending.peek().screen),
    hand: () => void session.hand(!session.model.me.peek()?.hand),
    chat: () => stay.showPanel("chat"),
    people: () => stay.showPanel("people"),
    full: toggleFullScreen,
    list: showList,
    talk: () => {
      if (session.sending.peek().mic) return;
      talking = true;
      void session.turn("mic", true);
    },
  };
  const down = (event: KeyboardEvent) => {
    if (!shortcutsOn.peek() || event.defaultPrevented) return;
    const { key, ctrlKey: ctrl, altKey: alt, metaKey: meta, repeat } = event;
    const act = actOf({ key, ctrl, alt, meta, repeat, focus: focusOf(document.activeElement) });
    if (!act) {
      if (talking && key === " ") event.preventDefault(); // a held key must not scroll
      return;
    }
    event.preventDefault();
    acts[act]();
  };
  const release = () => {
    if (!talking) return;
    talking = false;
    void session.turn("mic", false);
  };
  const up = (event: KeyboardEvent) => event.key === " " && release();
  document.addEventListener("keydown", down);
  document.addEventListener("keyup", up);
  window.addEventListener("blur", release); // the key may come up elsewhere
  return () => {
    release();
    document.removeEventListener("keydown", down);
    document.removeEventListener("keyup", up);
    window.removeEventListener("blur", release);
  };
}

export function toggleFullScreen(): void {
  const done = document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen?.();
  done?.catch(() => {}); // the browser may refuse; everything is still there
}
