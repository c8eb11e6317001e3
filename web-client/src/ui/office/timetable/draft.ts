// SPDX-License-Identifier: MIT
// What the form holds, from a session or an empty place, and as the plan that the server is asked about.
import type { Entry, Plan, PlannedSession, Scope } from "../../../api/timetable";
import type { Policy } from "../../../api/types";
import { faultOf, readRule, ruleOf, type Recurrence } from "../../../academy/recurrence";
import { instantOf, isZone, localOf, timeText } from "../../../academy/zone";

export interface Draft {
  /** Null: a new one. */
  session: PlannedSession | null;
  course: string;
  title: string;
  day: string;
  time: string;
  minutes: string;
  zone: string;
  instructors: string[];
  groups: string[];
  venue: string;
  policy: Policy;
  entry: Entry;
  opens: string;
  lobby: string;
  recurrence: Recurrence | null;
  /** Of its series, as the server has it; "": alone. */
  rule: string;
  scope: Scope;
}

export interface Place {
  day: string;
  from: number;
  minutes: number;
}

const MOST_MINUTES = 720;
const MOST_EARLY = 1440;

export function newDraft(course: string, zone: string, { day, from, minutes }: Place): Draft {
  return {
    session: null, course, title: "", day, time: timeText(from), minutes: String(minutes), zone, instructors: [], groups: [],
    venue: "", policy: "always", entry: "enrolled", opens: "30", lobby: "15", recurrence: null, rule: "", scope: "this",
  };
}

export function draftOf(session: PlannedSession): Draft {
  const local = session.local_start ?? localOf(session.starts_at, session.time_zone);
  const day = local.slice(0, 10);
  const rule = session.plan?.rrule ?? "";
  return {
    session, course: session.course.id, title: session.title, day, time: local.slice(11), minutes: String(session.length_min),
    zone: session.time_zone, instructors: session.plan?.instructors ?? [], groups: session.plan?.groups ?? [],
    venue: session.venue?.id ?? "", policy: session.policy, entry: session.entry, opens: String(session.opens_min),
    lobby: String(session.lobby_min), recurrence: rule ? readRule(rule, day) : null, rule, scope: "this",
  };
}

export function startOf(draft: Draft): number {
  return isZone(draft.zone) ? instantOf(`${draft.day}T${draft.time}`, draft.zone) : NaN;
}

export type DraftFault = "title" | "start" | "past" | "zone" | "minutes" | "opens" | "lobby" | "recurrence";

export function faultsOf(draft: Draft, now: number): Set<DraftFault> {
  const faults = new Set<DraftFault>();
  const whole = (text: string, least: number, most: number) => /^\d+$/.test(text) && Number(text) >= least && Number(text) <= most;
  if (!draft.title.trim()) faults.add("title");
  if (!isZone(draft.zone)) faults.add("zone");
  else if (Number.isNaN(startOf(draft))) faults.add("start");
  else if (startOf(draft) <= now) faults.add("past");
  if (!whole(draft.minutes, 1, MOST_MINUTES)) faults.add("minutes");
  if (!whole(draft.opens, 0, MOST_EARLY)) faults.add("opens");
  if (!whole(draft.lobby, 0, MOST_EARLY)) faults.add("lobby");
  if (draft.recurrence && ruleIsAsked(draft) && faultOf(draft.recurrence, draft.day)) faults.add("recurrence");
  return faults;
}

/** A rule is of a new session, or of more than this one. */
function ruleIsAsked(draft: Draft): boolean {
  return !draft.session || (draft.session.series !== null && draft.scope !== "this");
}

export function planOf(draft: Draft): Plan {
  const before = draft.session && draftOf(draft.session);
  const plan: Plan = {
    course: draft.course, title: draft.title.trim() || "–", length_min: Number(draft.minutes),
    instructors: draft.instructors, groups: draft.groups, venue: draft.venue || null, policy: draft.policy, entry: draft.entry,
    opens_min: Number(draft.opens), lobby_min: Number(draft.lobby),
  };
  if (before?.day !== draft.day || before.time !== draft.time || before.zone !== draft.zone) {
    plan.local_start = `${draft.day}T${draft.time}`;
    plan.time_zone = draft.zone;
  }
  if (draft.recurrence && ruleIsAsked(draft)) {
    const rule = ruleOf(draft.recurrence, draft.day);
    // Unless it was changed, the server keeps its own spelling, which may hold more than the form.
    if (!before?.recurrence || rule !== ruleOf(before.recurrence, before.day)) plan.rrule = rule;
  }
  if (draft.session?.series) plan.scope = draft.scope;
  return plan;
}
