// SPDX-License-Identifier: MIT
// Pages by address, below /u/<person>/. One signal holds the address; `navigate` and links change it.
import { computed, signal } from "@preact/signals";

export type Route =
  | { page: "welcome"; expired: boolean }
  | { page: "invite"; token: string }
  | { page: "reset"; token: string }
  | { page: "guest"; token: string }
  | { page: "home" }
  | { page: "account" }
  | { page: "people"; person: string | null }
  | { page: "courses" }
  | { page: "course"; course: string }
  | { page: "groups"; group: string | null }
  | { page: "academy" }
  | { page: "class"; session: string }
  | { page: "library" }
  | { page: "timetable" }
  | { page: "replay"; recording: string; at: string | null }
  | { page: "nowhere" };

const PLAIN = ["library", "timetable", "account", "courses", "academy"] as const;

export function parseRoute(path: string, query: string): { person: string | null; route: Route } {
  const search = new URLSearchParams(query);
  const [, person, rest] = /^\/u\/([0-9]+)(?:\/(.*))?$/.exec(path) ?? [];
  if (person === undefined) {
    const expired = search.get("link") === "expired";
    if (path === "/" || path === "/signin") return { person: null, route: { page: "welcome", expired } };
    const [, by, token = ""] = /^\/(invite|reset|guest)\/([A-Za-z0-9_-]+)$/.exec(path) ?? [];
    return { person: null, route: by ? { page: by as "invite" | "reset" | "guest", token } : { page: "nowhere" } };
  }
  const [page = "", argument = "", ...more] = (rest ?? "").replace(/\/$/, "").split("/").map(decode);
  if (more.length > 0) return { person, route: { page: "nowhere" } };
  if (page === "" && !argument) return { person, route: { page: "home" } };
  const plain = PLAIN.find((name) => name === page);
  if (plain && !argument) return { person, route: { page: plain } };
  if (page === "people") return { person, route: { page: "people", person: argument || null } };
  if (page === "courses" && argument) return { person, route: { page: "course", course: argument } };
  if (page === "groups") return { person, route: { page: "groups", group: argument || null } };
  if (page === "class" && argument) return { person, route: { page: "class", session: argument } };
  if (page === "replay" && argument) return { person, route: { page: "replay", recording: argument, at: search.get("t") } };
  return { person, route: { page: "nowhere" } };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

const address = signal({ path: location.pathname, query: location.search });

export const current = computed(() => parseRoute(address.value.path, address.value.query));

/** The address of a page of this person: href("library"). */
export function href(page: string): string {
  return `/u/${current.value.person ?? ""}/${page}`;
}

export function navigate(to: string, replace = false): void {
  history[replace ? "replaceState" : "pushState"](null, "", to);
  read();
  window.scrollTo(0, 0);
  document.getElementById("content")?.scrollTo(0, 0);
}

function read(): void {
  address.value = { path: location.pathname, query: location.search };
}

/** Follows the browser's back and forward, and turns presses on our own links into page changes. */
export function startRouter(): void {
  addEventListener("popstate", read);
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = (event.target as Element | null)?.closest?.("a[href]");
    if (!(link instanceof HTMLAnchorElement) || link.target || link.hasAttribute("download")) return;
    const person = current.value.person;
    if (link.origin !== location.origin || person === null || !link.pathname.startsWith(`/u/${person}/`)) return;
    if (/^\/u\/[0-9]+\/(api|media|ws)(\/|$)/.test(link.pathname)) return;
    event.preventDefault();
    navigate(link.pathname + link.search);
  });
}
