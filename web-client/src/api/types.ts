// SPDX-License-Identifier: MIT
// The objects of signaling/API.md. Times are milliseconds since 1970 UTC.
export interface Site {
  id: string;
  name: string;
  time_zone: string;
}

export interface Person {
  id: string;
  name: string;
  language: string;
  site: Site;
  roles: string[];
  email: string;
  /** "": that of the browser. */
  time_zone: string;
  guest: boolean;
  second_factor: boolean;
  /** Where the person is a member; `site` is the one of them where they are at present. */
  sites: { id: string; name: string; roles: string[] }[];
}

export type PersonChange = Partial<Record<"name" | "language" | "time_zone" | "site", string>>;

export interface Course {
  id: string;
  title: string;
  colour: string;
}

export interface Named {
  id: string;
  name: string;
}

export type Policy = "always" | "on_demand" | "never";
export type SessionState = "scheduled" | "waiting" | "open" | "ended";
export type RecordingState = "recording" | "sealing" | "ready" | "failed";

export interface Session {
  id: string;
  course: Course;
  title: string;
  instructors: Named[];
  starts_at: number;
  length_min: number;
  time_zone: string;
  policy: Policy;
  state: SessionState;
  present: number;
  may: { enter: boolean; host: boolean };
  recording: { id: string; state: RecordingState } | null;
}

export interface NewSession {
  course: string;
  title: string;
  /** 0: now. */
  starts_at: number;
  length_min: number;
  policy: Policy;
}

export interface Recording {
  id: string;
  session: { id: string; title: string };
  course: Course;
  instructors: Named[];
  started_at: number;
  duration_ms: number;
  bytes: number;
  state: RecordingState;
}
