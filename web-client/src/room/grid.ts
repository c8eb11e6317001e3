// SPDX-License-Identifier: MIT
/*
 * Where tiles go: pure geometry, in CSS pixels, no DOM.
 */

export interface Size {
  width: number;
  height: number;
}

export interface Rect extends Size {
  left: number;
  top: number;
}

export const TILE_ASPECT = 16 / 9;

/** The largest rectangle of this aspect inside `area`, in its middle. */
export function fit(area: Size, aspect: number): Rect {
  const width = Math.max(0, Math.min(area.width, area.height * aspect));
  const height = width / aspect;
  return { width, height, left: (area.width - width) / 2, top: (area.height - height) / 2 };
}

/**
 * `count` equal tiles of 16:9 as large as they can be; rows are centred, a last short row too.
 * The number of columns is tried, not guessed: there are at most `count` of them.
 */
export function grid(area: Size, count: number, gap: number): Rect[] {
  if (count <= 0 || area.width <= 0 || area.height <= 0) return [];
  let columns = 1;
  let width = 0;
  for (let tried = 1; tried <= count; tried++) {
    const rows = Math.ceil(count / tried);
    const byWidth = (area.width - gap * (tried - 1)) / tried;
    const byHeight = ((area.height - gap * (rows - 1)) / rows) * TILE_ASPECT;
    const possible = Math.min(byWidth, byHeight);
    if (possible > width) {
      width = possible;
      columns = tried;
    }
  }
  return place(area, count, columns, Math.max(0, width), gap);
}

function place(area: Size, count: number, columns: number, width: number, gap: number): Rect[] {
  const height = width / TILE_ASPECT;
  const rows = Math.ceil(count / columns);
  const top = (area.height - rows * height - gap * (rows - 1)) / 2;
  return Array.from({ length: count }, (_, i) => {
    const row = Math.floor(i / columns);
    const inRow = Math.min(columns, count - row * columns);
    const left = (area.width - inRow * width - gap * (inRow - 1)) / 2;
    return {
      width,
      height,
      left: left + (i % columns) * (width + gap),
      top: top + row * (height + gap),
    };
  });
}

/** How many tiles of this size fit, side by side and in rows; one at the least. */
export function cells(area: Size, tile: Size, gap: number): number {
  const along = (room: number, length: number) => Math.max(1, Math.floor((room + gap) / (length + gap)));
  return along(area.width, tile.width) * along(area.height, tile.height);
}

/** The least number of columns, of two at the most, with which `count` tiles as wide as they can be fit below each other. */
export function columnsFor(area: Size, count: number, gap: number): number {
  const height = area.width / TILE_ASPECT;
  return count * (height + gap) - gap <= area.height ? 1 : 2;
}
