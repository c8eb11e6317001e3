// SPDX-License-Identifier: MIT
import { describe, expect, it } from "vitest";
import { cameraInOne, cameraLayers } from "./layers";

const heights = (height: number, offered?: number) =>
  cameraLayers(height, offered).map((layer) => (layer.active ? height / (layer.scaleResolutionDownBy ?? 1) : 0));

describe("cameraLayers", () => {
  it("go from the lowest up, each half of the next, none too small", () => {
    expect(heights(720)).toEqual([180, 360, 720]);
    expect(heights(480)).toEqual([240, 480]);
    expect(heights(360)).toEqual([180, 360]);
    expect(heights(240)).toEqual([240, 0]);
  });

  it("fit the camera at hand into the offer that was made", () => {
    expect(heights(360, 3)).toEqual([180, 360, 0]);
    expect(heights(1080, 2)).toEqual([540, 1080]);
    expect(heights(720, 3)).toEqual([180, 360, 720]);
    expect(heights(240, 3)).toEqual([240, 0, 0]);
  });

  it("cost more the higher they are", () => {
    const rates = cameraLayers(720).map((layer) => layer.maxBitrate ?? 0);
    expect(rates).toEqual([150_000, 500_000, 1_700_000]);
  });

  it("are named as the offer names them", () => {
    expect(cameraLayers(720).map((layer) => layer.rid)).toEqual(["l", "m", "h"]);
    expect(cameraLayers(360).map((layer) => layer.rid)).toEqual(["l", "m"]);
  });
});

describe("cameraInOne", () => {
  it("has the bits of all layers", () => {
    expect(cameraInOne(720)).toMatchObject({ scalabilityMode: "L3T3_KEY", maxBitrate: 2_350_000 });
    expect(cameraInOne(360)).toMatchObject({ maxBitrate: 650_000 });
  });
});
