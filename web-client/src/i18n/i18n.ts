// SPDX-License-Identifier: MIT
// The words of the client. The macros of @lingui/core/macro compile to calls of `i18n` here; reading the
// signal `locale` in each makes every component that shows a word draw again when the language changes.
// A language is one chunk, fetched when it is first asked for.
import { setupI18n, type MessageDescriptor, type Messages } from "@lingui/core";
import { signal } from "@preact/signals";

export const LOCALES = ["en", "es", "fr", "nl"] as const;
export type Locale = (typeof LOCALES)[number];

export const LANGUAGE_NAMES: Record<Locale, string> = {
  en: "English",
  es: "Español",
  fr: "Français",
  nl: "Nederlands",
};

const catalogues: Record<Locale, () => Promise<{ messages: Messages }>> = {
  en: () => import("./locales/en.po"),
  es: () => import("./locales/es.po"),
  fr: () => import("./locales/fr.po"),
  nl: () => import("./locales/nl.po"),
};

/** The words of the pages in ui/office, which those who only attend classes never fetch. */
const office: Record<Locale, () => Promise<{ messages: Messages }>> = {
  en: () => import("./locales/office/en.po"),
  es: () => import("./locales/office/es.po"),
  fr: () => import("./locales/office/fr.po"),
  nl: () => import("./locales/office/nl.po"),
};

const core = setupI18n();
let withOffice = false;
const active = signal<Locale>("en");

/** The language on the page; follows `useLanguage`. */
export const locale = { get value(): Locale { return active.value; } };

export const i18n = {
  _(message: MessageDescriptor | string, values?: Record<string, unknown>): string {
    void active.value;
    return typeof message === "string" ? core._(message, values) : core._(message);
  },
};

let asked: Locale = "en";
let latest: Promise<void> = Promise.resolve();

/** Fetches the words of a language and turns the page to it. On failure the page stays as it is. */
export function useLanguage(wanted: Locale): Promise<void> {
  asked = wanted;
  const own: Promise<void> = Promise.all([catalogues[wanted](), withOffice ? office[wanted]() : null]).then(([words, more]) => {
    if (own !== latest) return latest; // asked for another meanwhile
    core.loadAndActivate({ locale: wanted, messages: { ...words.messages, ...more?.messages } });
    active.value = wanted;
    if (typeof document !== "undefined") document.documentElement.lang = wanted;
    return undefined;
  });
  return (latest = own);
}

/** From now on with the words of the office. */
export async function fetchOffice(): Promise<void> {
  const before = withOffice;
  withOffice = true;
  try {
    await useLanguage(asked);
  } catch (error) {
    withOffice = before;
    throw error;
  }
}

export function isLocale(text: string): text is Locale {
  return (LOCALES as readonly string[]).includes(text);
}

/** The first of the browser's languages that we speak. */
export function guessLocale(languages: readonly string[]): Locale {
  for (const language of languages) {
    const base = language.slice(0, 2).toLowerCase();
    if (isLocale(base)) return base;
  }
  return "en";
}
