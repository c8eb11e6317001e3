// SPDX-License-Identifier: MIT
// Where a person was in each recording, kept on this device. Storage may be forbidden or full: then nothing is kept.
export interface Watched {
  at: number;
  duration: number;
  /** When it was last watched, ms since 1970. */
  when: number;
}

type Store = Pick<Storage, "getItem" | "setItem">;

const MOST = 50;
/** This close to the end it has been seen. */
const SEEN_MS = 15_000;
/** Before this it has not been begun. */
const BEGUN_MS = 10_000;

const key = (person: string) => `lectern.watched.${person}`;

/** Recording id to place. */
export function allWatched(person: string, store: Store = localStorage): Record<string, Watched> {
  try {
    const found: unknown = JSON.parse(store.getItem(key(person)) ?? "{}");
    return found && typeof found === "object" && !Array.isArray(found) ? (found as Record<string, Watched>) : {};
  } catch {
    return {};
  }
}

export function rememberPlace(person: string, recording: string, place: Watched, store: Store = localStorage): void {
  const all = { ...allWatched(person, store), [recording]: place };
  const newest = Object.entries(all).sort(([, a], [, b]) => b.when - a.when).slice(0, MOST);
  try {
    store.setItem(key(person), JSON.stringify(Object.fromEntries(newest)));
  } catch {
    // full or forbidden
  }
}

/** Where to go on: null if it was not begun, or was seen to its end. */
export function placeToGoOn(watched: Watched | undefined): number | null {
  if (!watched || !Number.isFinite(watched.at) || watched.at < BEGUN_MS) return null;
  return watched.at > watched.duration - SEEN_MS ? null : watched.at;
}
