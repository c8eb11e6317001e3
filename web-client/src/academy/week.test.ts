// SPDX-License-Identifier: MIT
import { expect, test } from "vitest";
import { blocksOf, byDay, daysOfWeek, firstHour, spanOf, weeksOfMonth } from "./week";
import { instantOf } from "./zone";

const PARIS = "Europe/Paris";
const at = (local: string, length_min: number, zone = PARIS) => ({ starts_at: instantOf(local, zone), length_min });
const drawn = (items: { starts_at: number; length_min: number }[], day: string, zone = PARIS) =>
  blocksOf(items, [day], zone).map(({ from, minutes, lane, lanes }) => [from, minutes, lane, lanes]);

test("a week begins on Monday, a month is whole weeks", () => {
  expect(daysOfWeek("2026-11-01")).toEqual(
    ["2026-10-26", "2026-10-27", "2026-10-28", "2026-10-29", "2026-10-30", "2026-10-31", "2026-11-01"]);
  const weeks = weeksOfMonth("2026-11-15");
  expect([weeks.length, weeks[0]?.[0], weeks.at(-1)?.[6]]).toEqual([6, "2026-10-26", "2026-12-06"]);
  expect(weeksOfMonth("2027-02-01").length).toBe(4);
});

test("a week over the change of the clock is an hour longer or shorter", () => {
  const hours = (day: string) => {
    const { from, to } = spanOf(daysOfWeek(day), PARIS);
    return (to - from) / 3_600_000;
  };
  expect([hours("2026-10-25"), hours("2026-11-02"), hours("2027-03-28")]).toEqual([169, 168, 167]);
});

test("what overlaps stands side by side, and only that", () => {
  const items = [at("2026-11-02T09:00", 120), at("2026-11-02T10:00", 60), at("2026-11-02T11:00", 30), at("2026-11-02T14:00", 60)];
  expect(drawn(items, "2026-11-02")).toEqual([[540, 120, 0, 2], [600, 60, 1, 2], [660, 30, 0, 1], [840, 60, 0, 1]]);
});

test("a lane that is free again is used again", () => {
  const items = [at("2026-11-02T09:00", 180), at("2026-11-02T09:00", 60), at("2026-11-02T10:00", 60)];
  expect(drawn(items, "2026-11-02")).toEqual([[540, 180, 0, 2], [540, 60, 1, 2], [600, 60, 1, 2]]);
});

test("a session lies where the clock of the zone stands", () => {
  const session = [at("2026-11-02T09:00", 60, "America/Curacao")];
  expect(drawn(session, "2026-11-02", "America/Curacao")[0]?.[0]).toBe(9 * 60);
  expect(drawn(session, "2026-11-02", PARIS)[0]?.[0]).toBe(14 * 60);
  expect(drawn(session, "2026-11-03", "Asia/Tokyo")).toEqual([]);
  expect(drawn([at("2026-11-02T20:00", 60, "America/Curacao")], "2026-11-03", PARIS)[0]?.[0]).toBe(60);
});

test("over a change of the clock it is as tall as it lasts", () => {
  expect(drawn([at("2027-03-28T01:00", 120)], "2027-03-28")).toEqual([[60, 120, 0, 1]]);
  expect(drawn([at("2026-10-25T01:00", 180)], "2026-10-25")).toEqual([[60, 180, 0, 1]]);
});

test("what lies over midnight stands in both days", () => {
  const parts = blocksOf([at("2026-11-02T23:00", 120)], ["2026-11-02", "2026-11-03"], PARIS);
  expect(parts.map(({ day, from, minutes, isRest, goesOn }) => [day, from, minutes, isRest, goesOn])).toEqual([
    ["2026-11-02", 1380, 60, false, true], ["2026-11-03", 0, 60, true, false],
  ]);
  expect(blocksOf([at("2026-11-02T23:00", 60)], ["2026-11-02", "2026-11-03"], PARIS).length).toBe(1);
});

test("the list is by the day of the zone", () => {
  const late = at("2026-11-02T23:30", 60);
  const early = at("2026-11-02T08:00", 60);
  expect([...byDay([late, early], PARIS)]).toEqual([["2026-11-02", [early, late]]]);
  expect([...byDay([late, early], "Asia/Tokyo").keys()]).toEqual(["2026-11-02", "2026-11-03"]);
});

test("the first hour is the working day's, or earlier where something is", () => {
  expect([firstHour([]), firstHour([{ from: 390 }]), firstHour([{ from: 700 }])]).toEqual([8, 6, 8]);
});
