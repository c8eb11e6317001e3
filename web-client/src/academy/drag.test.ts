// SPDX-License-Identifier: MIT
import { expect, test } from "vitest";
import { columnAt, drawn, dropped } from "./drag";

test("what is drawn covers the quarters that it touches, in either direction", () => {
  expect(drawn(547, 616)).toEqual({ from: 540, minutes: 90 });
  expect(drawn(616, 547)).toEqual({ from: 540, minutes: 90 });
});

test("a press without a move is an hour, within the day", () => {
  expect(drawn(547, 549)).toEqual({ from: 540, minutes: 60 });
  expect(drawn(1435, 1436)).toEqual({ from: 1380, minutes: 60 });
  expect(drawn(1300, 1700)).toEqual({ from: 1290, minutes: 150 });
});

test("a block keeps where it was held, and falls on a quarter", () => {
  expect(dropped(620, 28)).toBe(585);
  expect(dropped(10, 40)).toBe(0);
  expect(dropped(1500, 0)).toBe(1425);
});

test("the column under the pointer, or the nearest", () => {
  expect([columnAt(-5, 0, 700, 7), columnAt(350, 0, 700, 7), columnAt(900, 0, 700, 7)]).toEqual([0, 3, 6]);
});
