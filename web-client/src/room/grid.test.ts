// SPDX-License-Identifier: MIT
import { describe, expect, it } from "vitest";
import { cells, columnsFor, fit, grid, TILE_ASPECT, type Rect, type Size } from "./grid";

const inside = (tile: Rect, area: Size) =>
  tile.left >= -0.01 &&
  tile.top >= -0.01 &&
  tile.left + tile.width <= area.width + 0.01 &&
  tile.top + tile.height <= area.height + 0.01;

const apart = (a: Rect, b: Rect, gap: number) =>
  a.left + a.width + gap <= b.left + 0.01 ||
  b.left + b.width + gap <= a.left + 0.01 ||
  a.top + a.height + gap <= b.top + 0.01 ||
  b.top + b.height + gap <= a.top + 0.01;

describe("grid", () => {
  const areas = [
    { width: 1000, height: 560 },
    { width: 390, height: 500 },
    { width: 1600, height: 200 },
    { width: 90, height: 60 },
  ];
  for (const area of areas) {
    it(`keeps tiles inside ${area.width}x${area.height}, apart, and in shape`, () => {
      for (let count = 1; count <= 25; count++) {
        const tiles = grid(area, count, 8);
        expect(tiles).toHaveLength(count);
        for (const [i, tile] of tiles.entries()) {
          if (tile.width === 0) continue; // no room for so many
          expect(tile.width / tile.height).toBeCloseTo(TILE_ASPECT, 3);
          expect(inside(tile, area)).toBe(true);
          for (const other of tiles.slice(i + 1)) expect(apart(tile, other, 8)).toBe(true);
        }
      }
    });
  }

  it("uses the room that there is", () => {
    expect(grid({ width: 1600, height: 900 }, 1, 8)[0]).toEqual({ left: 0, top: 0, width: 1600, height: 900 });
    const two = grid({ width: 400, height: 800 }, 2, 8); // a phone held upright: one above the other
    expect(two[0]?.left).toBe(two[1]?.left);
    expect(two[0]?.width).toBe(400);
  });

  it("centres a short last row", () => {
    const [, , last] = grid({ width: 1000, height: 560 }, 3, 0);
    expect((last?.left ?? 0) + (last?.width ?? 0) / 2).toBeCloseTo(500, 3);
  });

  it("gives nothing for nothing", () => {
    expect(grid({ width: 0, height: 100 }, 3, 8)).toEqual([]);
    expect(grid({ width: 100, height: 100 }, 0, 8)).toEqual([]);
  });
});

describe("fit", () => {
  it("letterboxes and pillarboxes in the middle", () => {
    expect(fit({ width: 1600, height: 1000 }, 16 / 9)).toEqual({ width: 1600, height: 900, left: 0, top: 50 });
    expect(fit({ width: 200, height: 90 }, 16 / 9)).toEqual({ width: 160, height: 90, left: 20, top: 0 });
  });
});

describe("cells", () => {
  const tile = { width: 100, height: 50 };
  it("counts whole tiles in whole rows", () => {
    expect(cells({ width: 340, height: 50 }, tile, 20)).toBe(3);
    expect(cells({ width: 339, height: 119 }, tile, 20)).toBe(2);
    expect(cells({ width: 340, height: 120 }, tile, 20)).toBe(6);
  });
  it("never says none", () => {
    expect(cells({ width: 0, height: 0 }, tile, 20)).toBe(1);
  });
});

describe("columnsFor", () => {
  const area = { width: 320, height: 368 };
  it("lets few stand below each other and more side by side", () => {
    expect(columnsFor(area, 1, 8)).toBe(1);
    expect(columnsFor(area, 2, 8)).toBe(1);
    expect(columnsFor({ ...area, height: 367 }, 2, 8)).toBe(2);
    expect(columnsFor(area, 3, 8)).toBe(2);
  });
});
