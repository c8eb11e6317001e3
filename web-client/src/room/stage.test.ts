// SPDX-License-Identifier: MIT
import { describe, expect, it } from "vitest";
import type { Slot } from "../proto/messages.gen";
import { NOTHING } from "./port";
import { scene, type SceneInput, type Tile } from "./stage";
import { member } from "./testing";

const ana = member("ana", { role: "instructor" });
const jan = member("jan");
const luc = member("luc");
const eva = member("eva");

const camera = (slot: number, who: string): Slot => ({ slot, member: who, kind: "camera" });
const screen = (who: string): Slot => ({ slot: 0, member: who, kind: "screen" });
const names = (tiles: Tile[]) => tiles.map((t) => `${t.member} ${t.kind}`);

function look(change: Partial<SceneInput>) {
  const input = { self: "jan", people: [ana, jan, luc, eva], slots: [], sending: NOTHING, pinned: "", ...change };
  const { stage, strip, more } = scene(input);
  return { stage: names(stage), strip: names(strip), more };
}

describe("a trainee sees", () => {
  it("the instructor by name when nothing is shown", () => {
    expect(look({})).toEqual({ stage: ["ana none"], strip: [], more: 2 });
  });

  it("the instructor on the stage, others beneath", () => {
    expect(look({ slots: [camera(1, "ana"), camera(2, "luc")] })).toEqual({
      stage: ["ana camera"],
      strip: ["luc camera"],
      more: 1,
    });
  });

  it("the screen on the stage, the instructor first beneath", () => {
    expect(look({ slots: [camera(2, "luc"), screen("ana"), camera(1, "ana")] })).toMatchObject({
      stage: ["ana screen"],
      strip: ["ana camera", "luc camera"],
    });
  });

  it("hands in their order after those with the floor", () => {
    const people = [ana, { ...eva, hand: 1 }, { ...luc, hand: 2 }, { ...jan, may_speak: true }];
    expect(look({ people }).strip).toEqual(["jan none", "eva none", "luc none"]);
  });

  it("what they pinned, until it is gone", () => {
    const slots = [screen("ana"), camera(1, "ana"), camera(2, "luc")];
    expect(look({ slots, pinned: "luc:face" }).stage).toEqual(["luc camera"]);
    expect(look({ slots: slots.slice(0, 2), pinned: "luc:face" }).stage).toEqual(["ana screen"]);
  });
});

describe("an instructor sees", () => {
  it("the class as a grid, themselves beneath", () => {
    const sending = { mic: true, camera: true, screen: false };
    const slots = [camera(2, "luc"), camera(3, "eva")];
    expect(look({ self: "ana", sending, slots })).toEqual({
      stage: ["luc camera", "eva camera"],
      strip: ["ana camera"],
      more: 1,
    });
  });

  it("themselves while nobody else shows anything", () => {
    const sending = { mic: true, camera: true, screen: false };
    expect(look({ self: "ana", sending })).toMatchObject({ stage: ["ana camera"], strip: [] });
  });

  it("their own screen while they share it", () => {
    const sending = { mic: true, camera: true, screen: true };
    expect(look({ self: "ana", sending, slots: [camera(2, "luc")] })).toMatchObject({
      stage: ["ana screen"],
      strip: ["ana camera", "luc camera"],
    });
  });
});

it("shows nobody twice and nobody who left", () => {
  const slots = [camera(1, "ana"), camera(2, "gone")];
  const people = [ana, { ...luc, hand: 1, may_speak: true }, jan];
  const { stage, strip, more } = look({ people, slots });
  expect([...stage, ...strip]).toEqual(["ana camera", "luc none"]);
  expect(more).toBe(0); // ourselves are not "one more"
});
