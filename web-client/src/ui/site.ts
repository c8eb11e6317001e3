// SPDX-License-Identifier: MIT
// The academy where one is: its colour in place of ours, its logo. Asked for once the page is shown, since
// a page is whole without them.
import { effect, signal } from "@preact/signals";
import { api, person } from "./session";

interface Look {
  id: string;
  colour: string;
  logo: boolean;
}

/** How it looks; null until it is known. */
export const siteLook = signal<Look | null>(null);

const OURS = "#0b5a69";

/** Dark pages keep our colours: a site's was chosen to be read on light ones. */
export function paint(colour: string): void {
  const style = document.documentElement.style;
  const own = /^#[0-9a-f]{6}$/i.test(colour) && colour.toLowerCase() !== OURS;
  const set = (name: string, value: string) => (own ? style.setProperty(name, value) : style.removeProperty(name));
  set("--brand", `color-mix(in srgb, ${colour} 88%, #14212b)`);
  set("--brand-hover", `color-mix(in srgb, ${colour} 70%, #14212b)`);
  set("--brand-tint", `color-mix(in srgb, ${colour} 10%, #ffffff)`);
}

export async function loadLook(): Promise<void> {
  const site = person.value?.site.id;
  if (!site) return;
  const look = await api().call<Look>("GET", `/sites/${encodeURIComponent(site)}`);
  if (person.value?.site.id === site) siteLook.value = look;
}

export function followSite(): void {
  effect(() => paint(siteLook.value?.colour ?? ""));
  if (person.value) loadLook().catch(() => undefined); // ours will do
}
