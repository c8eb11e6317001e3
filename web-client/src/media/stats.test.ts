// SPDX-License-Identifier: MIT
import { expect, it } from "vitest";
import { LinkMeter } from "./stats";

const report = (type: string, bytes: number) =>
  new Map<string, unknown>([
    ["T", { type, bytesSent: bytes / 4, bytesReceived: (bytes * 3) / 4 }],
    ["I", { type: "inbound-rtp", bytesReceived: 999_999_999 }],
  ]);

it("counts both ways, over the last ten seconds", () => {
  const meter = new LinkMeter();
  expect(meter.add(report("transport", 0), 0).megabytesPerMinute).toBe(0);
  let figures = meter.add(report("transport", 0), 0);
  for (let s = 2; s <= 60; s += 2) figures = meter.add(report("transport", s * 100_000), s * 1000);
  expect(figures.megabytesPerMinute).toBeCloseTo(6, 5);
  for (let s = 62; s <= 74; s += 2) figures = meter.add(report("transport", 6_000_000), s * 1000);
  expect(figures.megabytesPerMinute).toBe(0);
});

it("reads candidate pairs where there is no transport, and starts anew with a new peer", () => {
  const meter = new LinkMeter();
  meter.add(report("candidate-pair", 5_000_000), 0);
  const after = meter.add(report("candidate-pair", 1000), 2000);
  expect(after).toEqual({ bytes: 1000, megabytesPerMinute: 0 });
});
