// SPDX-License-Identifier: MIT
// The bar over the pages: at which academy one is, where one can go, and who one is. On a phone the ways to go lie
// along the bottom, where a thumb reaches.
import { t } from "@lingui/core/macro";
import book from "lucide-static/icons/book-open.svg?icon";
import calendar from "lucide-static/icons/calendar-days.svg?icon";
import chevron from "lucide-static/icons/chevron-down.svg?icon";
import film from "lucide-static/icons/film.svg?icon";
import globe from "lucide-static/icons/globe.svg?icon";
import house from "lucide-static/icons/house.svg?icon";
import leave from "lucide-static/icons/log-out.svg?icon";
import more from "lucide-static/icons/ellipsis.svg?icon";
import settings from "lucide-static/icons/settings.svg?icon";
import user from "lucide-static/icons/circle-user-round.svg?icon";
import users from "lucide-static/icons/users-round.svg?icon";
import { LANGUAGE_NAMES, LOCALES, locale, useLanguage } from "../i18n/i18n";
import { Link } from "./Link";
import { Icon, Menu, toast, type MenuEntry } from "./parts";
import { current, href, navigate, type Route } from "./router";
import { api, chooseLanguage, explain, isCoordinator, person } from "./session";
import { siteLook } from "./site";
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

interface Place {
  to: string;
  label: string;
  icon: string;
  pages: Route["page"][];
}

/** Where this person can go, most used first. */
function places(): Place[] {
  if (person.value?.guest) return [{ to: "", label: t`Home`, icon: house, pages: ["home"] }];
  return [
    { to: "", label: t`Home`, icon: house, pages: ["home"] },
    { to: "timetable", label: t`Timetable`, icon: calendar, pages: ["timetable"] },
    { to: "courses", label: t`Courses`, icon: book, pages: ["courses", "course", "groups"] },
    { to: "library", label: t`Library`, icon: film, pages: ["library"] },
    ...(isCoordinator() ? [{ to: "people", label: t`People`, icon: users, pages: ["people" as const] }] : []),
  ];
}

export function Bar() {
  const page = current.value.route.page;
  return (
    <header class="bar">
      <Site />
      <nav class="bar-pages" aria-label={t`Pages`}>
        {places().map(({ to, label, pages }) => (
          <Link key={to} to={to} class="bar-page" aria-current={pages.includes(page) ? "page" : undefined}>{label}</Link>
        ))}
      </nav>
      <PersonMenu />
    </header>
  );
}

/** Five lie along the bottom of a phone; of more, the last ones are in a menu. */
const MOST_ALONG = 5;

export function PhonePages() {
  const page = current.value.route.page;
  const all = places();
  if (all.length < 2) return null;
  const along = all.length > MOST_ALONG ? all.slice(0, MOST_ALONG - 1) : all;
  const rest = all.slice(along.length);
  return (
    <nav class="phone-pages" aria-label={t`Pages`}>
      {along.map(({ to, label, icon, pages }) => (
        <Link key={to} to={to} class="phone-page" aria-current={pages.includes(page) ? "page" : undefined}>
          <Icon of={icon} size={22} />
          <span class="clip">{label}</span>
        </Link>
      ))}
      {rest.length > 0 && (
        <Menu
          up
          label={t`More pages`}
          class={`phone-page${rest.some(({ pages }) => pages.includes(page)) ? " phone-page-here" : ""}`}
          entries={rest.map(({ to, label, icon }) => ({ label, icon, onSelect: () => navigate(href(to)) }))}
        >
          <Icon of={more} size={22} />
          <span class="clip">{t`More`}</span>
        </Menu>
      )}
    </nav>
  );
}

/** The academy; a menu for those who are at several. */
function Site() {
  const me = person.value;
  const name = me?.site.name ?? "Lectern";
  const look = siteLook.value;
  const mark = look?.logo ? <img class="bar-logo" src={api().address(`/sites/${look.id}/logo`)} alt="" /> : <Mark />;
  if (!me || (me.sites?.length ?? 0) < 2) {
    return <Link to="" class="bar-mark" aria-label={name}>{mark}<span class="bar-site clip">{name}</span></Link>;
  }
  const entries: MenuEntry[] = [
    { heading: t`Academy` },
    ...me.sites.map((site) => ({ label: site.name, checked: site.id === me.site.id, onSelect: () => void goTo(site.id) })),
  ];
  return (
    <div class="bar-mark">
      <Link to="" class="bar-mark" aria-label={t`Home of ${name}`}>{mark}</Link>
      <Menu align="start" label={t`Academy: ${name}. Choose another.`} entries={entries} class="bar-sites">
        <span class="bar-site clip">{name}</span>
        <Icon of={chevron} size={16} />
      </Menu>
    </div>
  );
}

/** Everything on a page is of one academy, so the page starts anew there. */
export async function goTo(site: string): Promise<void> {
  try {
    await api().changeMe({ site });
    location.assign(href(""));
  } catch (error) {
    toast(explain(error));
  }
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
    ...(person.value?.guest ? [] : [{ label: t`Account`, icon: settings, onSelect: () => navigate(href("account")) }]),
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
