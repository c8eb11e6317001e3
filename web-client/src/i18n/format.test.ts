// SPDX-License-Identifier: MIT
import { describe, expect, it } from "vitest";
import { bytes, clockTime, decimal, length, relative, stopwatch, zoneName, zonesDiffer } from "./format";
import { guessLocale, i18n, locale, LOCALES, useLanguage } from "./i18n";

const noon = Date.UTC(2026, 10, 24, 12);
const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, " ");

describe("numbers and times", () => {
  it("writes positions alike in every language", async () => {
    for (const language of LOCALES) {
      await useLanguage(language);
      expect([stopwatch(0), stopwatch(65_999), stopwatch(3_725_000), stopwatch(-1)]).toEqual(["0:00", "1:05", "1:02:05", "0:00"]);
    }
  });
  it("writes sizes and lengths by language", async () => {
    await useLanguage("en");
    expect(plain(bytes(12_345_678))).toBe("12.3 MB");
    expect(plain(bytes(312_000_000))).toBe("312 MB");
    expect(plain(bytes(999))).toMatch(/^999 byte/);
    expect(plain(length(5_400_000))).toBe("1 hr 30 mins");
    expect(plain(length(20_000))).toBe("20 secs");
    await useLanguage("nl");
    expect(plain(bytes(12_345_678))).toBe("12,3 MB");
    expect(decimal(1.25, 2)).toBe("1,25");
    await useLanguage("fr");
    expect(plain(bytes(12_345_678))).toBe("12,3 Mo");
  });
  it("knows zones", async () => {
    await useLanguage("en");
    expect(clockTime(noon, "America/Curacao")).toBe("08:00");
    expect(zoneName(noon, "America/Curacao")).toBe("GMT\u22124");
    expect(zonesDiffer(noon, Intl.DateTimeFormat().resolvedOptions().timeZone)).toBe(false);
    expect(zonesDiffer(noon, "Pacific/Kiritimati")).toBe(true);
  });
  it("says how far away a moment is", async () => {
    await useLanguage("en");
    expect(relative(noon + 300_000, noon)).toBe("in 5 minutes");
    expect(relative(noon - 86_400_000, noon)).toBe("yesterday");
  });
});

describe("languages", () => {
  it("guesses from the browser's list, else English", () => {
    expect(guessLocale(["de-DE", "fr-CA", "en"])).toBe("fr");
    expect(guessLocale(["pap"])).toBe("en");
    expect(guessLocale([])).toBe("en");
  });
  it("turns to a language whose words it has fetched", async () => {
    await useLanguage("es");
    expect(locale.value).toBe("es");
    expect(i18n._("no such message")).toBe("no such message");
  });
});
