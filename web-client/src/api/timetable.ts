// SPDX-License-Identifier: MIT
// The timetable's part of signaling/API.md: planning, conflicts, rooms, calendars to subscribe to.
import type { Call } from "./client";
import type { Course, Named, Policy, Session } from "./types";

export type Scope = "this" | "following" | "all";
export type Entry = "enrolled" | "approval";

export interface PlannedSession extends Session {
  local_start: string | null;
  /** Null: it is alone. */
  series: string | null;
  changed: boolean;
  cancelled: boolean;
  venue: Named | null;
  opens_min: number;
  lobby_min: number;
  entry: Entry;
  /** For those who may change it, and only of a session that is asked for by itself. */
  plan?: { instructors: string[]; groups: string[]; rrule?: string };
}

/** All may be left out of a change. */
export interface Plan {
  course: string;
  title?: string;
  instructors?: string[];
  groups?: string[];
  venue?: string | null;
  local_start?: string;
  starts_at?: number;
  time_zone?: string;
  length_min?: number;
  policy?: Policy;
  entry?: Entry;
  opens_min?: number;
  lobby_min?: number;
  rrule?: string;
  scope?: Scope;
  despite?: boolean;
}

export interface Clash {
  kind: "instructor" | "group" | "people" | "venue" | "blackout";
  name: string;
  /** At another site: nothing more is told. */
  elsewhere: boolean;
  people?: number;
  session?: { id: string; title: string; starts_at: number; length_min: number };
}

export interface Occurrence {
  session: string | null;
  starts_at: number;
  cancelled: boolean;
  clashes: Clash[];
}

export interface Checked {
  occurrences: Occurrence[];
  clashes: number;
  /** Sessions that the new rule has no day for. */
  removed: number;
}

export interface Sessions {
  sessions: PlannedSession[];
  now: number;
  next: string | null;
  zones: { site: string; own: string | null };
}

export interface Feed {
  id: string;
  /** Null: everything that the person teaches or attends. */
  course: string | null;
  url: string;
  created_at: number;
}

export interface Wanted {
  from: number;
  to: number;
  course: string;
  instructor: string;
  venue: string;
}

/** More than this many pages are no timetable that anybody reads. */
const MOST_PAGES = 4;

export function timetableOf(call: Call) {
  const id = encodeURIComponent;
  return {
    async sessions({ from, to, ...filters }: Wanted): Promise<Sessions> {
      const query = new URLSearchParams({ from: String(from), to: String(to) });
      for (const [name, value] of Object.entries(filters)) if (value) query.set(name, value);
      const found = await call<Sessions>("GET", `/sessions?${query}`);
      for (let page = 1; found.next && page < MOST_PAGES; page++) {
        query.set("after", found.next);
        const more = await call<Sessions>("GET", `/sessions?${query}`);
        found.sessions.push(...more.sessions);
        found.next = more.next;
      }
      return found;
    },
    session: (session: string) => call<PlannedSession>("GET", `/sessions/${id(session)}`),
    check: (plan: Plan & { session?: string }) => call<Checked>("POST", "/sessions/check", plan),
    create: (plan: Plan) => call<PlannedSession>("POST", "/sessions", plan),
    change: (session: string, plan: Partial<Plan>) => call<PlannedSession>("PATCH", `/sessions/${id(session)}`, plan),
    cancel: (session: string, scope: Scope) =>
      call<{ cancelled: number }>("DELETE", `/sessions/${id(session)}?scope=${scope}`),
    courses: async () => (await call<{ courses: Course[] }>("GET", "/courses?limit=200")).courses,
    venues: async () => (await call<{ venues: Named[] }>("GET", "/venues")).venues,
    groups: async () => (await call<{ groups: Named[] }>("GET", "/groups?limit=200")).groups,
    instructors: async () => (await call<{ people: Named[] }>("GET", "/people?role=instructor&limit=200")).people,
    feeds: async () => (await call<{ feeds: Feed[] }>("GET", "/me/feeds")).feeds,
    addFeed: (course: string | null) => call<Feed>("POST", "/me/feeds", course ? { course } : {}),
    removeFeed: (feed: string) => call<void>("DELETE", `/me/feeds/${id(feed)}`),
  };
}
