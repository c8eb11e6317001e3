// SPDX-License-Identifier: MIT
// The rules that the form can write, as RRULE (RFC 5545 3.3.10) and back. A rule that the form cannot show is kept as it
// is and never rewritten.
import { addDays, weekday } from "./zone";

const DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"] as const;
const MOST = 400;

export type Frequency = "DAILY" | "WEEKLY" | "MONTHLY";

export interface Recurrence {
  frequency: Frequency;
  /** Every so many days, weeks or months. */
  every: number;
  /** Of a weekly one; 0: Monday. */
  days: number[];
  /** Of a monthly one: on the same day of the month, or the same weekday of it ("the second Tuesday"). */
  monthly: "date" | "weekday";
  end: { count: number } | { until: string };
}

/** What a form begins with. */
export function weeklyFrom(day: string): Recurrence {
  return { frequency: "WEEKLY", every: 1, days: [weekday(day)], monthly: "date", end: { count: 10 } };
}

/** Which one of its weekday in the month it is, from 1; a fifth counts as the last: -1. */
export function nthOf(day: string): number {
  const nth = Math.ceil(Number(day.slice(8, 10)) / 7);
  return nth === 5 ? -1 : nth;
}

export function ruleOf(recurrence: Recurrence, firstDay: string): string {
  const { frequency, every, days, monthly, end } = recurrence;
  const parts = [`FREQ=${frequency}`];
  if (every > 1) parts.push(`INTERVAL=${every}`);
  if (frequency === "WEEKLY") parts.push(`BYDAY=${[...days].sort().map((day) => DAYS[day]).join(",")}`);
  if (frequency === "MONTHLY" && monthly === "weekday") parts.push(`BYDAY=${nthOf(firstDay)}${DAYS[weekday(firstDay)]}`);
  parts.push("count" in end ? `COUNT=${end.count}` : `UNTIL=${end.until.replaceAll("-", "")}T235959`);
  return parts.join(";");
}

/** Null: the form cannot show it. */
export function readRule(rule: string, firstDay: string): Recurrence | null {
  const part = new Map(rule.split(";").map((one) => one.split("=", 2) as [string, string]));
  const frequency = part.get("FREQ");
  if (frequency !== "DAILY" && frequency !== "WEEKLY" && frequency !== "MONTHLY") return null;
  for (const name of part.keys()) if (!["FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "COUNT", "UNTIL", "WKST"].includes(name)) return null;
  const read: Recurrence = { ...weeklyFrom(firstDay), frequency, every: Number(part.get("INTERVAL") ?? 1) };
  const by = part.get("BYDAY");
  if (frequency === "WEEKLY" && by) {
    read.days = by.split(",").map((name) => DAYS.indexOf(name as (typeof DAYS)[number])).sort();
    if (read.days.includes(-1)) return null;
  } else if (frequency === "MONTHLY" && by) {
    if (by !== `${nthOf(firstDay)}${DAYS[weekday(firstDay)]}`) return null;
    read.monthly = "weekday";
  } else if (by) return null;
  const date = part.get("BYMONTHDAY");
  if (date && (frequency !== "MONTHLY" || Number(date) !== Number(firstDay.slice(8, 10)))) return null;
  const until = /^(\d{4})(\d\d)(\d\d)/.exec(part.get("UNTIL") ?? "");
  if (part.has("COUNT")) read.end = { count: Number(part.get("COUNT")) };
  else if (until) read.end = { until: `${until[1]}-${until[2]}-${until[3]}` };
  else return null;
  return read;
}

export type RecurrenceFault = "every" | "days" | "count" | "until";

/** Why the server would not take it; null: it would, as far as can be seen from here. */
export function faultOf(recurrence: Recurrence, firstDay: string): RecurrenceFault | null {
  const { frequency, every, days, end } = recurrence;
  const isWhole = (value: number, most: number) => Number.isInteger(value) && value >= 1 && value <= most;
  if (!isWhole(every, 99)) return "every";
  if (frequency === "WEEKLY" && days.length === 0) return "days";
  if ("count" in end) return isWhole(end.count, MOST) ? null : "count";
  return /^\d{4}-\d\d-\d\d$/.test(end.until) && end.until >= firstDay && end.until <= addDays(firstDay, 5 * 365) ? null : "until";
}
