// SPDX-License-Identifier: MIT
import { expect, test } from "vitest";
import { addDays, addMonths, daysBetween, hoursOf, instantOf, isZone, localOf, mondayOf, timeText, weekday } from "./zone";

const PARIS = "Europe/Paris";

test("what the clocks show, and the moment of what they show", () => {
  expect(localOf(Date.parse("2026-01-31T23:30Z"), PARIS)).toBe("2026-02-01T00:30");
  expect(localOf(Date.parse("2026-07-01T00:00Z"), "America/Curacao")).toBe("2026-06-30T20:00");
  expect(instantOf("2026-02-01T00:30", PARIS)).toBe(Date.parse("2026-01-31T23:30Z"));
  expect(instantOf("2026-07-01T09:00", "America/New_York")).toBe(Date.parse("2026-07-01T13:00Z"));
  expect(instantOf("2026-07-01T09:00", "Asia/Kathmandu")).toBe(Date.parse("2026-07-01T03:15Z"));
  expect(instantOf("soon", PARIS)).toBeNaN();
});

test("a local time that the change of the clock leaves out moves forward", () => {
  expect(instantOf("2027-03-28T02:30", PARIS)).toBe(Date.parse("2027-03-28T01:30Z"));
  expect(localOf(instantOf("2027-03-28T02:30", PARIS), PARIS)).toBe("2027-03-28T03:30");
});

test("of a local time that comes twice it is the first", () => {
  expect(instantOf("2026-10-25T02:30", PARIS)).toBe(Date.parse("2026-10-25T00:30Z"));
  expect(instantOf("2026-11-01T01:30", "America/New_York")).toBe(Date.parse("2026-11-01T05:30Z"));
});

test("days have 23, 24 or 25 hours", () => {
  expect(hoursOf("2027-03-28", PARIS)).toBe(23);
  expect(hoursOf("2026-10-25", PARIS)).toBe(25);
  expect(hoursOf("2026-10-26", PARIS)).toBe(24);
  expect(hoursOf("2026-10-04", "Australia/Lord_Howe")).toBe(23.5);
});

test("days, weeks and months are counted without zones", () => {
  expect(addDays("2026-10-24", 2)).toBe("2026-10-26");
  expect(addDays("2026-03-01", -1)).toBe("2026-02-28");
  expect(addMonths("2026-01-31", 1)).toBe("2026-02-28");
  expect(addMonths("2026-01-15", -1)).toBe("2025-12-15");
  expect(daysBetween("2026-10-24", "2026-11-02")).toBe(9);
  expect(weekday("2026-11-02")).toBe(0);
  expect(mondayOf("2026-11-08")).toBe("2026-11-02");
});

test("names of zones and times of day", () => {
  expect(isZone("America/Port_of_Spain")).toBe(true);
  expect(isZone("Atlantis")).toBe(false);
  expect(isZone("")).toBe(false);
  expect(timeText(545)).toBe("09:05");
  expect(timeText(1440)).toBe("23:59");
});
