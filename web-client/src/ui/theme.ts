// SPDX-License-Identifier: MIT
// Light or dark: what the person chose on this device, else what the device says.
import { effect, signal } from "@preact/signals";

export type Theme = "system" | "light" | "dark";
const KEY = "lectern.theme";

function stored(): Theme {
  try {
    const value = localStorage.getItem(KEY);
    return value === "light" || value === "dark" ? value : "system";
  } catch {
    return "system"; // storage may be forbidden
  }
}

export const theme = signal<Theme>(stored());

export function chooseTheme(wanted: Theme): void {
  theme.value = wanted;
  try {
    if (wanted === "system") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, wanted);
  } catch {
    // the choice then lasts as long as the page
  }
}

export function followTheme(): void {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const system = signal(dark.matches);
  dark.addEventListener("change", () => (system.value = dark.matches));
  effect(() => {
    const isDark = theme.value === "system" ? system.value : theme.value === "dark";
    document.documentElement.dataset["theme"] = isDark ? "dark" : "light";
  });
}
