// SPDX-License-Identifier: MIT
// Who is using the page, and the door to the server on their behalf. Set once by main.tsx before anything is drawn.
import { signal } from "@preact/signals";
import { t } from "@lingui/core/macro";
import { ApiError, createApi, type Api } from "../api/client";
import type { Person } from "../api/types";
import { isLocale, useLanguage, type Locale } from "../i18n/i18n";
import { current } from "./router";

export const person = signal<Person | null>(null);

let made: { person: string; api: Api } | null = null;

export function api(): Api {
  const number = current.value.person ?? "";
  if (made?.person !== number) made = { person: number, api: createApi(number) };
  return made.api;
}

/** May the person open classes? */
export function isHost(): boolean {
  return person.value?.roles.some((role) => role === "instructor" || role === "coordinator" || role === "admin") ?? false;
}

export function isCoordinator(): boolean {
  return person.value?.roles.some((role) => role === "coordinator" || role === "admin") ?? false;
}

export function isAdmin(): boolean {
  return person.value?.roles.includes("admin") ?? false;
}

/** Learns who it is and, once the guessed `words` are there, speaks their language. Throws ApiError. */
export async function loadPerson(words: Promise<void>): Promise<void> {
  const [me] = await Promise.all([api().me(), words]);
  if (isLocale(me.language)) await useLanguage(me.language);
  person.value = me;
}

export async function chooseLanguage(language: Locale): Promise<void> {
  await useLanguage(language);
  if (person.value) person.value = await api().changeMe({ language });
}

/** What went wrong, in words, with what to do. */
export function explain(error: unknown): string {
  const code = error instanceof ApiError ? error.code : "unavailable";
  switch (code) {
    case "offline":
      return t`The server cannot be reached. Check your connection and try again.`;
    case "signed_out":
      return t`You are signed out. Load the page again to sign in.`;
    case "forbidden":
      return t`You are not allowed to do this. Ask your coordinator.`;
    case "not_found":
      return t`This does not exist, or it is not for you.`;
    case "bad_request":
      return t`The server did not accept this. Check what you entered.`;
    case "conflict":
      return t`Somebody changed this in the meantime. Load the page again.`;
    case "full":
      return t`The academy has no room left for files. Delete some, or ask for more room.`;
    case "too_fast":
      return t`That was too fast. Wait a moment and try again.`;
    case "unavailable":
      return t`The server has a problem. Nothing was lost; try again in a moment.`;
  }
}
