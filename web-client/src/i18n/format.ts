// SPDX-License-Identifier: MIT
// Numbers, dates and sizes as the reader's language writes them. English without a region is written the British
// way (24 hours, day before month), which is what the academies use.
import { locale } from "./i18n";

const formats = new Map<string, Intl.DateTimeFormat | Intl.NumberFormat>();

/** The reader's language with the region of their browser, where the two agree. */
function tag(): string {
  const own = locale.value;
  const languages = typeof navigator === "undefined" ? [] : navigator.languages;
  return languages.find((language) => language.startsWith(`${own}-`)) ?? (own === "en" ? "en-GB" : own);
}

function date(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = tag() + JSON.stringify(options);
  let format = formats.get(key);
  if (!format) formats.set(key, (format = new Intl.DateTimeFormat(tag(), options)));
  return format as Intl.DateTimeFormat;
}

function number(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = tag() + JSON.stringify(options);
  let format = formats.get(key);
  if (!format) formats.set(key, (format = new Intl.NumberFormat(tag(), options)));
  return format as Intl.NumberFormat;
}

/** 14:30, in the given zone or the reader's own. */
export function clockTime(ms: number, timeZone?: string): string {
  return date({ hour: "2-digit", minute: "2-digit", ...(timeZone && { timeZone }) }).format(ms);
}

/** Tuesday 24 November */
export function day(ms: number, timeZone?: string): string {
  return date({ weekday: "long", day: "numeric", month: "long", ...(timeZone && { timeZone }) }).format(ms);
}

/** Tue 24 Nov */
export function shortDay(ms: number, timeZone?: string): string {
  return date({ weekday: "short", day: "numeric", month: "short", ...(timeZone && { timeZone }) }).format(ms);
}

/** 24 Nov 2026 */
export function dateOfYear(ms: number): string {
  return date({ day: "numeric", month: "short", year: "numeric" }).format(ms);
}

/** Days as their noon in UTC: 23–29 Nov 2026; with one day alone its month: November 2026. */
export function dateSpan(first: number, last: number | null): string {
  if (last === null) return date({ month: "long", year: "numeric", timeZone: "UTC" }).format(first);
  return date({ day: "numeric", month: "short", year: "numeric", timeZone: "UTC" }).formatRange(first, last);
}

/** The short name of a zone at a moment: AST, GMT-4, CET. */
export function zoneName(ms: number, timeZone?: string): string {
  const parts = date({ timeZoneName: "short", ...(timeZone && { timeZone }) }).formatToParts(ms);
  const name = parts.find((part) => part.type === "timeZoneName")?.value ?? "";
  return name.replace("-", "\u2212"); // a minus does not break the line
}

/** Do two zones show different times at this moment? */
export function zonesDiffer(ms: number, timeZone: string): boolean {
  const options = { year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric" } as const;
  return date(options).format(ms) !== date({ ...options, timeZone }).format(ms);
}

/** 12.4 MB, never broken over two lines; whole numbers from 100 on. */
export function bytes(count: number): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;
  let value = count;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return number({
    style: "unit",
    unit: units[unit] ?? "byte",
    unitDisplay: "short",
    maximumFractionDigits: unit === 0 || value >= 100 ? 0 : 1,
  }).format(value).replace(" ", "\u00a0");
}

export function decimal(value: number, digits = 0): string {
  return number({ maximumFractionDigits: digits }).format(value);
}

/** 41:07 or 1:02:03: a position or a running time, the same in every language. */
export function stopwatch(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1000));
  const seconds = String(total % 60).padStart(2, "0");
  const minutes = Math.floor(total / 60) % 60;
  const hours = Math.floor(total / 3600);
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${seconds}` : `${minutes}:${seconds}`;
}

/** 45 min, 1 hr 5 min: a length in words, to the minute. */
export function length(ms: number): string {
  const unit = (value: number, name: "hour" | "minute" | "second") =>
    number({ style: "unit", unit: name, unitDisplay: "short" }).format(value);
  if (ms < 60_000) return unit(Math.max(0, Math.round(ms / 1000)), "second");
  const minutes = Math.round(ms / 60_000);
  const parts = [];
  if (minutes >= 60) parts.push(unit(Math.floor(minutes / 60), "hour"));
  if (minutes % 60 > 0) parts.push(unit(minutes % 60, "minute"));
  return parts.join(" ");
}

/** "in 5 minutes", "yesterday": how far away a moment is, in its largest unit. */
export function relative(ms: number, now: number): string {
  const format = new Intl.RelativeTimeFormat(tag(), { numeric: "auto" });
  const seconds = Math.round((ms - now) / 1000);
  if (Math.abs(seconds) < 60) return format.format(seconds, "second");
  const minutes = Math.trunc(seconds / 60);
  if (Math.abs(minutes) < 60) return format.format(minutes, "minute");
  const hours = Math.trunc(minutes / 60);
  if (Math.abs(hours) < 24) return format.format(hours, "hour");
  return format.format(Math.trunc(hours / 24), "day");
}
