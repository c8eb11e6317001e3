// SPDX-License-Identifier: MIT
import { describe, expect, it } from "vitest";
import { Watching } from "./watching";

function play(watching: Watching, from: number, to: number, step = 100): void {
  for (let at = from; at <= to; at += step) watching.note(at);
}

describe("what was watched", () => {
  it("is one range as long as it plays, and a new one after a seek", () => {
    const watching = new Watching();
    play(watching, 0, 5000);
    play(watching, 60_000, 63_000);
    play(watching, 1000, 2500);
    expect(watching.take()).toEqual([[0, 5000], [60_000, 63_000], [1000, 2500]]);
    expect(watching.take()).toEqual([]);
  });

  it("goes on where it was last told", () => {
    const watching = new Watching();
    play(watching, 10_000, 20_000, 200);
    expect(watching.take()).toEqual([[10_000, 20_000]]);
    play(watching, 20_200, 25_000, 200);
    expect(watching.take()).toEqual([[20_000, 25_000]]);
  });

  it("leaves out glimpses, and keeps what could not be told", () => {
    const watching = new Watching();
    play(watching, 5000, 5900);
    play(watching, 90_000, 92_000);
    const ranges = watching.take();
    expect(ranges).toEqual([[90_000, 92_000]]);
    watching.putBack(ranges);
    play(watching, 92_000, 94_000);
    expect(watching.take()).toEqual([[90_000, 92_000], [92_000, 94_000]]);
  });
});
