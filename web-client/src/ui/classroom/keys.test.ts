// SPDX-License-Identifier: MIT
import { expect, it } from "vitest";
import { actOf, type Stroke } from "./keys";

const stroke = (change: Partial<Stroke>): Stroke => ({
  key: "m",
  ctrl: false,
  alt: false,
  meta: false,
  repeat: false,
  focus: "nothing",
  ...change,
});

it("letters act, in either case, also with the focus on a button", () => {
  expect(actOf(stroke({}))).toBe("mic");
  expect(actOf(stroke({ key: "V" }))).toBe("camera");
  expect(actOf(stroke({ key: "r", focus: "control" }))).toBe("hand");
  expect(actOf(stroke({ key: "?" }))).toBe("list");
  expect(actOf(stroke({ key: "x" }))).toBeNull();
});

it("nothing acts while typing, in a menu or dialog, or on the browser's own chords", () => {
  expect(actOf(stroke({ focus: "text" }))).toBeNull();
  expect(actOf(stroke({ focus: "layer" }))).toBeNull();
  expect(actOf(stroke({ alt: true }))).toBeNull();
  expect(actOf(stroke({ meta: true }))).toBeNull();
  expect(actOf(stroke({ ctrl: true, key: "c" }))).toBeNull(); // copy
  expect(actOf(stroke({ repeat: true }))).toBeNull();
});

it("the chords that people know from elsewhere act even while typing", () => {
  expect(actOf(stroke({ ctrl: true, key: "d", focus: "text" }))).toBe("mic");
  expect(actOf(stroke({ ctrl: true, key: "e" }))).toBe("camera");
});

it("Space talks only when it has nothing to press", () => {
  expect(actOf(stroke({ key: " " }))).toBe("talk");
  expect(actOf(stroke({ key: " ", focus: "control" }))).toBeNull();
  expect(actOf(stroke({ key: " ", focus: "text" }))).toBeNull();
});
