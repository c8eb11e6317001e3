// SPDX-License-Identifier: MIT
// What the server will take of a form, so that a fault is told while one types. The server judges again.

/** As the server counts: bytes of UTF-8. */
export function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** One line, not empty, of at most `most` bytes. */
export function isLine(text: string, most: number): boolean {
  const line = text.trim();
  return line !== "" && !/[\u0000-\u001f\u007f]/.test(line) && bytesOf(line) <= most;
}

export const NAME_MOST = 127;

/** Good enough to write to; whether it exists is shown by the mail. */
export function isEmail(text: string): boolean {
  return /^[^\s@<>,;"]+@[^\s@<>,;"]+\.[^\s@<>,;"]+$/.test(text.trim()) && bytesOf(text.trim()) < 255;
}

export const PASSWORD_LEAST = 10;

export type PasswordFault = "short" | "personal" | "plain";

/** Long rather than crooked: no rule about digits or signs. */
export function judgePassword(password: string, personal: readonly string[] = []): PasswordFault | null {
  if ([...password].length < PASSWORD_LEAST) return "short";
  const low = password.toLowerCase();
  if (new Set(low).size < 4) return "plain";
  return personal.some((text) => text.length > 0 && low === text.toLowerCase()) ? "personal" : null;
}

/** A code of an authenticator, or one to recover; without the spaces that one types. */
export function cleanCode(text: string): string {
  const code = text.replace(/\s/g, "").toLowerCase();
  return /^[a-z0-9]{10}$/.test(code) ? `${code.slice(0, 5)}-${code.slice(5)}` : code;
}

export function isCode(text: string): boolean {
  return /^([0-9]{6}|[a-z0-9]{5}-[a-z0-9]{5})$/.test(cleanCode(text));
}

/** WCAG contrast of white on "#rrggbb"; 0 if it is none. */
export function contrastOnWhite(colour: string): number {
  const [, hex] = /^#([0-9a-f]{6})$/i.exec(colour) ?? [];
  if (!hex) return 0;
  const part = (at: number) => {
    const value = parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 1.05 / (0.2126 * part(0) + 0.7152 * part(2) + 0.0722 * part(4) + 0.05);
}

/** The short name in addresses that goes with a name: "Windward Academy" is "windward-academy". */
export function slugOf(name: string): string {
  return name.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 40);
}
