// SPDX-License-Identifier: MIT
import { describe, expect, it } from "vitest";
import { allWatched, placeToGoOn, rememberPlace } from "./memory";

function storage(first: Record<string, string> = {}) {
  const map = new Map(Object.entries(first));
  return { getItem: (key: string) => map.get(key) ?? null, setItem: (key: string, value: string) => void map.set(key, value) };
}

describe("where one was", () => {
  it("keeps a place for each recording and person", () => {
    const store = storage();
    rememberPlace("p1", "r1", { at: 20_000, duration: 60_000, when: 1 }, store);
    rememberPlace("p1", "r2", { at: 30_000, duration: 60_000, when: 2 }, store);
    rememberPlace("p2", "r1", { at: 40_000, duration: 60_000, when: 3 }, store);
    expect(allWatched("p1", store)["r1"]?.at).toBe(20_000);
    expect(Object.keys(allWatched("p1", store))).toHaveLength(2);
    expect(allWatched("p2", store)["r1"]?.at).toBe(40_000);
  });
  it("forgets the oldest of more than fifty", () => {
    const store = storage();
    for (let i = 0; i < 60; i++) rememberPlace("p", `r${i}`, { at: 1, duration: 2, when: i }, store);
    const kept = allWatched("p", store);
    expect(Object.keys(kept)).toHaveLength(50);
    expect(kept["r9"]).toBeUndefined();
    expect(kept["r59"]).toBeDefined();
  });
  it.each(["nonsense", "[]", "null", "7"])("takes %s in storage for nothing", (text) => {
    expect(allWatched("p", storage({ "lectern.watched.p": text }))).toEqual({});
  });
  it("goes on where one was, but not at the very start or end", () => {
    expect(placeToGoOn(undefined)).toBeNull();
    expect(placeToGoOn({ at: 5_000, duration: 60_000, when: 1 })).toBeNull();
    expect(placeToGoOn({ at: 20_000, duration: 60_000, when: 1 })).toBe(20_000);
    expect(placeToGoOn({ at: 50_000, duration: 60_000, when: 1 })).toBeNull();
  });
});
