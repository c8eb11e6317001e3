// SPDX-License-Identifier: MIT
// Times and states of sessions in words.
import { plural, t } from "@lingui/core/macro";
import type { Clash, PlannedSession } from "../../../api/timetable";
import { clockTime, day, zoneName, zonesDiffer } from "../../../i18n/format";
import { noonOf } from "../../../academy/zone";
import { academyZone, readerZone, shownZone } from "./state";

const MINUTE_MS = 60_000;
const HALF_YEAR_MS = 182 * 86_400_000;

/** 09:00–10:30, of the clock that is looked at. */
export function spell(session: { starts_at: number; length_min: number }, zone = shownZone()): string {
  return `${clockTime(session.starts_at, zone)}–${clockTime(session.starts_at + session.length_min * MINUTE_MS, zone)}`;
}

/** The same of the other clock, where it shows another time: "14:00–15:30 CET". */
export function otherSpell(session: { starts_at: number; length_min: number }): string {
  const zone = shownZone();
  const other = zone === academyZone() ? readerZone() : academyZone();
  if (spell(session) === spell(session, other)) return "";
  return `${spell(session, other)} ${zoneName(session.starts_at, other)}`;
}

/** Do the academy's clock and the reader's show different times, now or half a year from now? */
export function zonesAreApart(): boolean {
  const now = Date.now();
  return [now, now + HALF_YEAR_MS].some((at) => zonesDiffer(at, academyZone()));
}

export function dayWords(ymd: string): string {
  return day(noonOf(ymd), "UTC");
}

export function namesOf(session: PlannedSession): string {
  return session.instructors.map((one) => one.name).join(", ");
}

export function stateWord(session: PlannedSession): string {
  if (session.cancelled) return t`Cancelled`;
  if (session.state === "open") return t`Live`;
  if (session.state === "waiting") return t`Waiting`;
  if (session.state === "ended") return t`Ended`;
  return "";
}

/** Everything of a block for those who hear it. */
export function spoken(session: PlannedSession): string {
  const where = session.venue?.name ?? "";
  const when = `${day(session.starts_at, shownZone())}, ${spell(session)}`;
  return [session.title, session.course.title, when, otherSpell(session), where, namesOf(session), stateWord(session)].filter(Boolean).join(", ");
}

export function clashWords(clash: Clash): string {
  const name = clash.name;
  const what = clash.session ? `${clash.session.title}, ${spell(clash.session)}` : "";
  switch (clash.kind) {
    case "blackout":
      return t`The academy is closed: ${name}`;
    case "venue":
      return t`The room ${name} is taken: ${what}`;
    case "instructor":
      return clash.elsewhere ? t`${name} teaches at another academy then` : t`${name} teaches then: ${what}`;
    case "group":
      return t`The group ${name} has a class then: ${what}`;
    case "people": {
      const people = clash.people ?? 0;
      return `${plural(people, { one: "# trainee has a class then", other: "# trainees have a class then" })}: ${what}`;
    }
  }
}
