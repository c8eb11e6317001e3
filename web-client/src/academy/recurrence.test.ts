// SPDX-License-Identifier: MIT
import { expect, test } from "vitest";
import { faultOf, nthOf, readRule, ruleOf, weeklyFrom, type Recurrence } from "./recurrence";

const DAY = "2026-10-20"; // the third Tuesday

test.each<[string, Partial<Recurrence>]>([
  ["FREQ=WEEKLY;BYDAY=TU;COUNT=10", {}],
  ["FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH;COUNT=6", { every: 2, days: [0, 3], end: { count: 6 } }],
  ["FREQ=DAILY;UNTIL=20261106T235959", { frequency: "DAILY", end: { until: "2026-11-06" } }],
  ["FREQ=MONTHLY;COUNT=4", { frequency: "MONTHLY", end: { count: 4 } }],
  ["FREQ=MONTHLY;BYDAY=3TU;COUNT=4", { frequency: "MONTHLY", monthly: "weekday", end: { count: 4 } }],
])("%s is written and read", (rule, change) => {
  const recurrence = { ...weeklyFrom(DAY), ...change };
  expect(ruleOf(recurrence, DAY)).toBe(rule);
  expect(readRule(rule, DAY)).toEqual(recurrence);
});

test("other spellings of the same are read", () => {
  expect(readRule("FREQ=WEEKLY;UNTIL=20261208T090000Z", DAY)).toEqual({ ...weeklyFrom(DAY), end: { until: "2026-12-08" } });
  expect(readRule("FREQ=MONTHLY;BYMONTHDAY=20;COUNT=2", DAY)?.monthly).toBe("date");
});

test.each([
  "FREQ=YEARLY;COUNT=2", "FREQ=WEEKLY;BYDAY=TU", "FREQ=WEEKLY;BYDAY=2TU;COUNT=3", "FREQ=MONTHLY;BYDAY=1MO;COUNT=3",
  "FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3", "FREQ=DAILY;BYHOUR=9;COUNT=3", "FREQ=MONTHLY;BYDAY=TU;BYSETPOS=1;COUNT=3", "",
])("%s is none that the form can show", (rule) => {
  expect(readRule(rule, DAY)).toBeNull();
});

test("the fifth of its weekday is the last", () => {
  expect([nthOf("2026-11-01"), nthOf("2026-10-14"), nthOf("2026-10-29")]).toEqual([1, 2, -1]);
});

test("what the server would refuse is said before", () => {
  const weekly = weeklyFrom(DAY);
  expect(faultOf(weekly, DAY)).toBeNull();
  expect(faultOf({ ...weekly, every: 0 }, DAY)).toBe("every");
  expect(faultOf({ ...weekly, days: [] }, DAY)).toBe("days");
  expect(faultOf({ ...weekly, end: { count: 401 } }, DAY)).toBe("count");
  expect(faultOf({ ...weekly, end: { until: "2026-10-19" } }, DAY)).toBe("until");
  expect(faultOf({ ...weekly, end: { until: "" } }, DAY)).toBe("until");
});
