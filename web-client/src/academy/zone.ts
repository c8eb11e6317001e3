// SPDX-License-Identifier: MIT
// Wall clocks. A day is "2026-11-02", a local time "2026-11-02T09:00", and both are counted without any zone; what the
// clocks of a zone show comes from the browser's own rules of zones. The server's word is the truth: this draws.
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

const clocks = new Map<string, Intl.DateTimeFormat>();

function clockOf(zone: string): Intl.DateTimeFormat {
  let clock = clocks.get(zone);
  if (!clock) {
    clock = new Intl.DateTimeFormat("en-US", {
      timeZone: zone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit",
    });
    clocks.set(zone, clock);
  }
  return clock;
}

/** What the clocks of a zone show at a moment: "2026-11-02T09:00". */
export function localOf(ms: number, zone: string): string {
  const part: Record<string, string> = {};
  for (const { type, value } of clockOf(zone).formatToParts(ms)) part[type] = value;
  return `${part["year"]?.padStart(4, "0")}-${part["month"]}-${part["day"]}T${part["hour"]}:${part["minute"]}`;
}

/** By how much the clocks of a zone are ahead of UTC at a moment. */
function ahead(ms: number, zone: string): number {
  return Date.parse(`${localOf(ms, zone)}Z`) - Math.floor(ms / MINUTE_MS) * MINUTE_MS;
}

/**
 * The moment of a local time. One that a change of the clock leaves out is moved forward by what is left out; of two
 * it is the first (RFC 5545 3.3.5). NaN: not a time.
 */
export function instantOf(local: string, zone: string): number {
  const bare = Date.parse(`${local}Z`);
  if (Number.isNaN(bare)) return NaN;
  const [before, after] = [ahead(bare - DAY_MS, zone), ahead(bare + DAY_MS, zone)];
  const fits = [bare - before, bare - after].filter((at) => localOf(at, zone) === local);
  return fits.length > 0 ? Math.min(...fits) : bare - before;
}

/** Is it the name of a zone that the browser knows? */
export function isZone(zone: string): boolean {
  try {
    return zone !== "" && clockOf(zone) !== undefined;
  } catch {
    return false;
  }
}

export function dayOf(ms: number, zone: string): string {
  return localOf(ms, zone).slice(0, 10);
}

/** Minutes since the midnight that the clock shows. */
export function minutesOf(local: string): number {
  return Number(local.slice(11, 13)) * 60 + Number(local.slice(14, 16));
}

/** A day as a moment for formats that are told to be in UTC. */
export function noonOf(day: string): number {
  return Date.parse(`${day}T12:00Z`);
}

export function addDays(day: string, count: number): string {
  return new Date(noonOf(day) + count * DAY_MS).toISOString().slice(0, 10);
}

/** The same day of another month, or its last. */
export function addMonths(day: string, count: number): string {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  const last = new Date(Date.UTC(year, month + count, 0)).getUTCDate();
  return new Date(Date.UTC(year, month - 1 + count, Math.min(date, last))).toISOString().slice(0, 10);
}

export function daysBetween(from: string, to: string): number {
  return Math.round((noonOf(to) - noonOf(from)) / DAY_MS);
}

/** 0: Monday. */
export function weekday(day: string): number {
  return (new Date(noonOf(day)).getUTCDay() + 6) % 7;
}

export function mondayOf(day: string): string {
  return addDays(day, -weekday(day));
}

/** Within a day: "09:05" of 545; the last minute at most. */
export function timeText(minutes: number): string {
  const within = Math.min(24 * 60 - 1, Math.max(0, minutes));
  return `${String(Math.floor(within / 60)).padStart(2, "0")}:${String(within % 60).padStart(2, "0")}`;
}

/** How long a day lasts where clocks are changed: 23, 24 or 25 hours. */
export function hoursOf(day: string, zone: string): number {
  return (instantOf(`${addDays(day, 1)}T00:00`, zone) - instantOf(`${day}T00:00`, zone)) / (60 * MINUTE_MS);
}
