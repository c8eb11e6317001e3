// SPDX-License-Identifier: MIT
// What of the timetable one looks at. Kept while one goes to other pages and comes back.
import { signal } from "@preact/signals";
import type { Checked, PlannedSession } from "../../../api/timetable";
import { timetableOf } from "../../../api/timetable";
import { api, person } from "../../session";
import { dayOf } from "../../../academy/zone";

export type View = "week" | "month" | "list";

export interface Filter {
  course: string;
  instructor: string;
  venue: string;
}

export const EVERYTHING: Filter = { course: "", instructor: "", venue: "" };
const PHONE = "(max-width: 760px)";

export const view = signal<View>(matchMedia(PHONE).matches ? "list" : "week");
export const filter = signal<Filter>(EVERYTHING);
/** Times as the reader's own clock shows them, rather than the academy's. */
export const ownClock = signal(false);
/** A day of what is seen; "": today. */
export const chosenDay = signal("");
/** Everybody whom the timetable named so far, to choose from. */
export const seenInstructors = signal<ReadonlyMap<string, string>>(new Map());

export const timetable = () => timetableOf(api().call);

export function readerZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

export function academyZone(): string {
  return person.value?.site.time_zone ?? readerZone();
}

export function shownZone(): string {
  return ownClock.value ? readerZone() : academyZone();
}

export function shownDay(): string {
  return chosenDay.value || dayOf(Date.now(), shownZone());
}

export function rememberInstructors(sessions: readonly PlannedSession[]): void {
  const all = new Map(seenInstructors.value);
  for (const session of sessions) for (const { id, name } of session.instructors) all.set(id, name);
  if (all.size !== seenInstructors.value.size) seenInstructors.value = all;
}

/** A plan that is not saved yet, drawn where it would stand. */
export interface Ghost {
  title: string;
  colour: string;
  minutes: number;
  /** The session that it would move; "": a new one. */
  session: string;
  checked: Checked | null;
  starts_at: number;
}

/** May the plan still be changed, by this person? */
export function mayChange(session: PlannedSession, now = Date.now()): boolean {
  return session.may.host && !session.cancelled && session.state === "scheduled" && session.starts_at > now;
}
