// SPDX-License-Identifier: MIT
import { describe, expect, it } from "vitest";
import { cleanCode, contrastOnWhite, isCode, isEmail, isLine, judgePassword, slugOf } from "./rules";

describe("rules of forms", () => {
  it("counts a line in bytes", () => {
    expect(isLine("  Ana ", 3)).toBe(true);
    expect(isLine("Añña", 4)).toBe(false);
    expect(isLine("a\nb", 10)).toBe(false);
    expect(isLine("   ", 10)).toBe(false);
  });
  it.each([["a@x.org", true], [" a@x.org ", true], ["a@x", false], ["a b@x.org", false], ["a@@x.org", false], ["<a@x.org>", false]])(
    "%s is an address: %s", (text, good) => expect(isEmail(text)).toBe(good),
  );
  it("wants passwords long, of several letters, and not one's own name", () => {
    expect(judgePassword("short")).toBe("short");
    expect(judgePassword("ababababab")).toBe("plain");
    expect(judgePassword("Marlene Joseph", ["marlene joseph"])).toBe("personal");
    expect(judgePassword("four quiet pelicans")).toBeNull();
    expect(judgePassword("ñandú ñandú")).toBeNull();
  });
  it("takes codes as people type them", () => {
    expect(cleanCode(" 123 456 ")).toBe("123456");
    expect(cleanCode("ABCDE FGHIJ")).toBe("abcde-fghij");
    expect(isCode("123 456")).toBe(true);
    expect(isCode("abcde-fghij")).toBe(true);
    expect(isCode("12345")).toBe(false);
  });
  it("knows whether white can be read on a colour", () => {
    expect(contrastOnWhite("#ffffff")).toBeCloseTo(1);
    expect(contrastOnWhite("#000000")).toBeCloseTo(21);
    expect(contrastOnWhite("#767676")).toBeGreaterThan(4.5);
    expect(contrastOnWhite("#777777")).toBeLessThan(4.5);
    expect(contrastOnWhite("red")).toBe(0);
  });
  it("makes a short name of a name", () => {
    expect(slugOf("Académie de Police — Ouest")).toBe("academie-de-police-ouest");
  });
});
