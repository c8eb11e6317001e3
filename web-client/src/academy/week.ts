// SPDX-License-Identifier: MIT
// Where sessions stand in a week and a month. Columns are days of the zone that is looked at, rows its wall clock: a
// session begins where the clock stands and is as tall as it lasts, also on days that clocks are changed. What lies
// over midnight stands in both days; what overlaps stands side by side.
import { addDays, dayOf, instantOf, localOf, minutesOf, mondayOf } from "./zone";

export const DAY_MINUTES = 24 * 60;
const MINUTE_MS = 60_000;
/** Shorter ones are drawn as tall, so that their words can be read. */
const LEAST_MINUTES = 25;

export interface Spell {
  starts_at: number;
  length_min: number;
}

export interface Block<T> {
  item: T;
  day: string;
  /** Minutes of the wall clock since midnight, and how tall. */
  from: number;
  minutes: number;
  /** Which of how many stand side by side, from 0. */
  lane: number;
  lanes: number;
  /** It began the day before, or goes on the day after. */
  isRest: boolean;
  goesOn: boolean;
}

/** The seven days of the week of `day`, from Monday on. */
export function daysOfWeek(day: string): string[] {
  const monday = mondayOf(day);
  return Array.from({ length: 7 }, (_, index) => addDays(monday, index));
}

/** Whole weeks that hold the month of `day`. */
export function weeksOfMonth(day: string): string[][] {
  const first = `${day.slice(0, 7)}-01`;
  const weeks: string[][] = [];
  for (let monday = mondayOf(first); monday < first || monday.slice(0, 7) === first.slice(0, 7); monday = addDays(monday, 7)) {
    weeks.push(daysOfWeek(monday));
  }
  return weeks;
}

/** The moments that hold these days. */
export function spanOf(days: readonly string[], zone: string): { from: number; to: number } {
  const [first = "", last = ""] = [days[0], days[days.length - 1]];
  return { from: instantOf(`${first}T00:00`, zone), to: instantOf(`${addDays(last, 1)}T00:00`, zone) };
}

/** The blocks of all days, those of a day by time. */
export function blocksOf<T extends Spell>(items: readonly T[], days: readonly string[], zone: string): Block<T>[] {
  const parts = items.flatMap((item) => partsOf(item, zone)).filter((part) => days.includes(part.day));
  return days.flatMap((day) => sideBySide(parts.filter((part) => part.day === day)));
}

function partsOf<T extends Spell>(item: T, zone: string): Block<T>[] {
  const local = localOf(item.starts_at, zone);
  const [parts, end] = [[] as Block<T>[], item.starts_at + item.length_min * MINUTE_MS];
  let [day, from, at] = [local.slice(0, 10), minutesOf(local), item.starts_at];
  do {
    const midnight = instantOf(`${addDays(day, 1)}T00:00`, zone);
    const minutes = Math.min((Math.min(end, midnight) - at) / MINUTE_MS, DAY_MINUTES - from);
    parts.push({ item, day, from, minutes, lane: 0, lanes: 1, isRest: parts.length > 0, goesOn: end > midnight });
    [day, from, at] = [addDays(day, 1), 0, midnight];
  } while (at < end);
  return parts;
}

/** Each takes the first lane that is free; those that hang together share the width. */
function sideBySide<T extends Spell>(blocks: Block<T>[]): Block<T>[] {
  const sorted = [...blocks].sort((a, b) => a.from - b.from || b.minutes - a.minutes);
  let [together, ends, latest] = [[] as Block<T>[], [] as number[], 0];
  const close = () => {
    for (const block of together) block.lanes = ends.length;
    [together, ends] = [[], []];
  };
  for (const block of sorted) {
    if (block.from >= latest) close();
    const free = ends.findIndex((end) => end <= block.from);
    block.lane = free < 0 ? ends.length : free;
    ends[block.lane] = block.from + Math.max(block.minutes, LEAST_MINUTES);
    latest = Math.max(together.length ? latest : 0, ends[block.lane] ?? 0);
    together.push(block);
  }
  close();
  return sorted;
}

/** By the day on which they begin, in order. */
export function byDay<T extends Spell>(items: readonly T[], zone: string): Map<string, T[]> {
  const days = new Map<string, T[]>();
  for (const item of [...items].sort((a, b) => a.starts_at - b.starts_at)) {
    const day = dayOf(item.starts_at, zone);
    days.set(day, [...(days.get(day) ?? []), item]);
  }
  return days;
}

/** The hour to show first: of the earliest block, or of the working day. */
export function firstHour(blocks: readonly { from: number }[]): number {
  return Math.max(0, Math.floor(Math.min(8 * 60, ...blocks.map((block) => block.from)) / 60));
}

