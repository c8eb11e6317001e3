// SPDX-License-Identifier: MIT
// The bar over the pages: where one is, and who one is, with language, appearance and signing out.
import { t } from "@lingui/core/macro";
import globe from "lucide-static/icons/globe.svg?icon";
import leave from "lucide-static/icons/log-out.svg?icon";
import user from "lucide-static/icons/circle-user-round.svg?icon";
import { LANGUAGE_NAMES, LOCALES, locale, useLanguage } from "../i18n/i18n";
import { Link } from "./Link";
import { Menu, toast, type MenuEntry } from "./parts";
import { current } from "./router";
import { api, chooseLanguage, explain, person } from "./session";
import { chooseTheme, theme, type Theme } from "./theme";

export function Mark({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="7" fill="#0B5A69" />
      <path d="M7 11h18l-2.5 5h-13z" fill="#fff" />
      <path d="M14.5 16h3v6h-3zM10 22h12v2.6H10z" fill="#9FD5DE" />
    </svg>
  );
}

export function Bar() {
  const page = current.value.route.page;
  return (
    <header class="bar">
      <Link to="" class="bar-mark" aria-label="Lectern">
        <Mark />
        <span class="bar-site clip">Lectern</span>
      </Link>
      <nav class="bar-pages" aria-label={t`Pages`}>
        <Page to="" here={page === "home"}>{t`Home`}</Page>
        <Page to="library" here={page === "library"}>{t`Library`}</Page>
      </nav>
      <PersonMenu />
    </header>
  );
}

function Page({ to, here, children }: { to: string; here: boolean; children: string }) {
  return <Link to={to} class="bar-page" aria-current={here ? "page" : undefined}>{children}</Link>;
}

function PersonMenu() {
  const name = person.value?.name ?? "";
  const signOut = async () => {
    try {
      await api().signOut();
    } catch (error) {
      toast(explain(error));
      return;
    }
    location.assign("/");
  };
  const entries: MenuEntry[] = [
    { heading: name },
    "line",
    ...languageEntries((language) => chooseLanguage(language)),
    "line",
    ...themeEntries(),
    "line",
    { label: t`Sign out`, icon: leave, onSelect: () => void signOut() },
  ];
  return (
    <div class="bar-person">
      <Menu label={t`Settings of ${name}`} icon={user} entries={entries}>
        <span class="bar-name clip">{name}</span>
      </Menu>
    </div>
  );
}

/** The menu of languages for a page that knows no person yet. */
export function LanguageMenu() {
  return (
    <Menu label={`${t`Language`}: ${LANGUAGE_NAMES[locale.value]}`} icon={globe} entries={languageEntries(useLanguage)}>
      {LANGUAGE_NAMES[locale.value]}
    </Menu>
  );
}

function languageEntries(choose: (language: (typeof LOCALES)[number]) => Promise<void>): MenuEntry[] {
  return [
    { heading: t`Language` },
    ...LOCALES.map((language) => ({
      label: LANGUAGE_NAMES[language],
      checked: language === locale.value,
      onSelect: () => void choose(language).catch((error) => toast(explain(error))),
    })),
  ];
}

function themeEntries(): MenuEntry[] {
  const names: Record<Theme, string> = { system: t`As the device`, light: t`Light`, dark: t`Dark` };
  return [
    { heading: t`Appearance` },
    ...(["system", "light", "dark"] as const).map((value) => ({
      label: names[value],
      checked: theme.value === value,
      onSelect: () => chooseTheme(value),
    })),
  ];
}
