// SPDX-License-Identifier: MIT
import { describe, expect, it } from "vitest";
import type { Session } from "../api/types";
import { isAhead, planAgenda } from "./agenda";

const HOUR = 3_600_000;
const now = Date.UTC(2026, 10, 24, 14);
const midnight = Date.UTC(2026, 10, 25, 4);

function session(id: string, inHours: number, more: Partial<Session> = {}): Session {
  return {
    id, course: { id: "k", title: "Traffic law", colour: "#000" }, title: id, instructors: [], starts_at: now + inHours * HOUR,
    length_min: 60, time_zone: "America/Curacao", policy: "always", state: "scheduled", present: 0,
    may: { enter: true, host: false }, recording: null, ...more,
  };
}
const ids = (sessions: readonly Session[]) => sessions.map((one) => one.id);

describe("the home page's agenda", () => {
  it("puts an open class before one that begins earlier", () => {
    const agenda = planAgenda([session("late", -1.2), session("open", -0.5, { state: "open" }), session("soon", 1)], now, midnight);
    expect(agenda.next?.id).toBe("open");
    expect(ids(agenda.today)).toEqual(["late", "soon"]);
  });
  it("takes the next to come when none is open, in any order given", () => {
    const agenda = planAgenda([session("b", 30), session("a", 2)], now, midnight);
    expect(agenda.next?.id).toBe("a");
    expect(ids(agenda.week)).toEqual(["b"]);
  });
  it("lets a class go that nobody came to, and keeps an ended one of today in the list", () => {
    expect(isAhead(session("x", -1.4), now)).toBe(true);
    expect(isAhead(session("x", -1.6), now)).toBe(false);
    const agenda = planAgenda([session("gone", -3), session("held", -4, { state: "ended" })], now, midnight);
    expect(agenda.next).toBeNull();
    expect(ids(agenda.today)).toEqual(["held"]);
  });
  it("offers nothing that one may not enter", () => {
    expect(planAgenda([session("closed", 1, { may: { enter: false, host: false } })], now, midnight).next).toBeNull();
  });
});
