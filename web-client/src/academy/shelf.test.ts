// SPDX-License-Identifier: MIT
import { describe, expect, it } from "vitest";
import type { Recording } from "../api/types";
import { arrange, type Filter } from "./shelf";

const traffic = { id: "k1", title: "Traffic law", colour: "#000" };
const crime = { id: "k2", title: "Criminal investigation", colour: "#000" };

function recording(id: string, course: Recording["course"], title: string, started_at: number, more: Partial<Recording> = {}): Recording {
  return {
    id, course, session: { id: `s-${id}`, title }, instructors: [{ id: "p", name: "Ana María Pérez" }], started_at,
    duration_ms: 1, bytes: 1, state: "ready", ...more,
  };
}
const all = [
  recording("a", traffic, "Checkpoints", 10),
  recording("b", traffic, "Right of way in Curaçao", 30),
  recording("c", crime, "Chain of custody", 20, { state: "sealing" }),
];
const none: Filter = { words: "", course: "", state: "" };
const found = (filter: Partial<Filter>) =>
  arrange(all, { ...none, ...filter }).map((shelf) => [shelf.course.id, ...shelf.recordings.map((one) => one.id)]);

describe("the library", () => {
  it("stands by course, newest first", () => expect(found({})).toEqual([["k2", "c"], ["k1", "b", "a"]]));
  it("finds words in title, course and instructor, in any order and without accents", () => {
    expect(found({ words: "perez CURACAO" })).toEqual([["k1", "b"]]);
    expect(found({ words: "  custody " })).toEqual([["k2", "c"]]);
    expect(found({ words: "nothing" })).toEqual([]);
  });
  it("filters by course and state", () => {
    expect(found({ course: "k1" })).toEqual([["k1", "b", "a"]]);
    expect(found({ state: "sealing" })).toEqual([["k2", "c"]]);
  });
});
