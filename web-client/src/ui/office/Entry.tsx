// SPDX-License-Identifier: MIT
// The frame of the pages for those who are not signed in: one card, in the middle.
import type { ComponentChildren } from "preact";
import warning from "lucide-static/icons/triangle-alert.svg?icon";
import { LanguageMenu, Mark } from "../Bar";
import { Icon } from "../parts/Icon";
import "./Entry.css";

export function Entry({ children }: { children: ComponentChildren }) {
  return (
    <div class="entry">
      <header class="entry-top">
        <span class="bar-mark"><Mark /> Lectern</span>
        <LanguageMenu />
      </header>
      <main class="entry-body">
        <div class="entry-card">{children}</div>
      </main>
    </div>
  );
}

export function Notice({ children }: { children: ComponentChildren }) {
  return (
    <p class="entry-notice" role="alert">
      <Icon of={warning} />
      <span>{children}</span>
    </p>
  );
}
