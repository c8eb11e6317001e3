// SPDX-License-Identifier: MIT
// From where the pointer is in the week to times: everything falls on quarters of an hour and stays within the day.
import { DAY_MINUTES } from "./week";

export const STEP_MINUTES = 15;
/** A press that hardly moves asks for an hour. */
const USUAL_MINUTES = 60;

export function snap(minutes: number): number {
  return Math.round(minutes / STEP_MINUTES) * STEP_MINUTES;
}

/** What is drawn from one place to another, in whichever direction. */
export function drawn(from: number, to: number): { from: number; minutes: number } {
  const within = (value: number) => Math.min(DAY_MINUTES, Math.max(0, value));
  const top = Math.floor(within(Math.min(from, to)) / STEP_MINUTES) * STEP_MINUTES;
  const bottom = Math.ceil(within(Math.max(from, to)) / STEP_MINUTES) * STEP_MINUTES;
  if (bottom - top > STEP_MINUTES) return { from: top, minutes: bottom - top };
  return { from: Math.min(top, DAY_MINUTES - USUAL_MINUTES), minutes: USUAL_MINUTES };
}

/** Where a block begins that was taken hold of `hold` minutes below its top. */
export function dropped(pointer: number, hold: number): number {
  return Math.min(DAY_MINUTES - STEP_MINUTES, Math.max(0, snap(pointer - hold)));
}

/** Which of `count` columns of equal width lies under `x`. */
export function columnAt(x: number, left: number, width: number, count: number): number {
  return Math.min(count - 1, Math.max(0, Math.floor(((x - left) / width) * count)));
}
