// SPDX-License-Identifier: MIT
import { describe, expect, it } from "vitest";
import { actionsOn, may, megabytesPerHour, RECEIVE, wantedHeight } from "./policy";
import { member } from "./testing";

const teacher = member("m1", { role: "instructor" });

describe("actionsOn", () => {
  it("offers a host what the server would take", () => {
    expect(actionsOn(teacher, member("m2"))).toEqual(["speak", "show", "share", "remove"]);
    expect(actionsOn(teacher, member("m2", { mic: true, hand: 2 }))).toContain("mute");
    expect(actionsOn(teacher, member("m2", { mic: true, hand: 2 }))).toContain("lower");
  });
  it("offers nothing to a trainee, on oneself, or to nobody", () => {
    expect(actionsOn(member("m2"), member("m3", { mic: true }))).toEqual([]);
    expect(actionsOn(teacher, teacher)).toEqual([]);
    expect(actionsOn(null, teacher)).toEqual([]);
  });
  it("keeps an instructor in class", () => {
    expect(actionsOn(member("c1", { role: "coordinator" }), { ...teacher, mic: true })).toEqual(["mute"]);
  });
});

it("may follows the rights of the room", () => {
  expect(may(member("m", { may_show: true }), "camera")).toBe(true);
  expect(may(member("m", { may_show: true }), "mic")).toBe(false);
  expect(may(null, "mic")).toBe(false);
});

describe("receive", () => {
  it("asks for less and less", () => {
    const costs = RECEIVE.map(megabytesPerHour);
    expect([...costs].sort((a, b) => b - a)).toEqual(costs);
    expect(costs.at(-1)).toBeLessThan(40);
  });
  it("gives up cameras before the screen", () => {
    expect(wantedHeight("all", "camera", 720)).toBe(720);
    expect(wantedHeight("saving", "camera", 720)).toBe(180);
    expect(wantedHeight("saving", "camera", 90)).toBe(90);
    expect(wantedHeight("saving", "screen", 720)).toBe(720);
    expect(wantedHeight("screen", "camera", 720)).toBe(0);
    expect(wantedHeight("screen", "screen", 720)).toBe(720);
    expect(wantedHeight("sound", "screen", 720)).toBe(0);
  });
});
