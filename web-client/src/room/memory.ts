// SPDX-License-Identifier: MIT
/*
 * What a tab remembers of a class, so that a reload puts the person back where they were.
 * It lies in the tab's session storage: another tab, or the next person at this computer, sees none.
 */
import type { Receive } from "./policy";
import type { Store } from "./port";

export type PanelName = "people" | "chat";

export interface Memory {
  /** In class: a reload enters by itself. */
  entered: boolean;
  mic: boolean;
  camera: boolean;
  /** A screen cannot be shared again without a click; the page says so. */
  screen: boolean;
  panel: PanelName | null;
  draft: string;
  receive: Receive;
}

export const BLANK: Memory = {
  entered: false,
  mic: false,
  camera: false,
  screen: false,
  panel: null,
  draft: "",
  receive: "all",
};

const key = (session: string) => `lectern.class.${session}`;

export function recall(store: Store, session: string): Memory {
  try {
    const saved: unknown = JSON.parse(store.getItem(key(session)) ?? "{}");
    return { ...BLANK, ...(saved as Partial<Memory>) };
  } catch {
    return BLANK; // private windows may refuse storage; a class works without
  }
}

export function remember(store: Store, session: string, change: Partial<Memory>): void {
  try {
    store.setItem(key(session), JSON.stringify({ ...recall(store, session), ...change }));
  } catch {
    // full or refused: the reload will start at the pre-join page
  }
}
