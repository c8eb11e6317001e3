// SPDX-License-Identifier: MIT
// A button that opens a list of acts or choices, after the ARIA menu button: arrows, Home, End and first letters
// move; Enter acts; Escape and Tab close; focus goes back to the button.
import type { ComponentChildren, RefObject } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import check from "lucide-static/icons/check.svg?icon";
import { Button, type ButtonKind } from "./Button";
import { Icon } from "./Icon";
import "./Menu.css";

export type MenuEntry =
  | { heading: string }
  | "line"
  | {
      label: string;
      icon?: string;
      danger?: boolean;
      disabled?: boolean;
      /** Given for a choice: is it the chosen one? */
      checked?: boolean;
      onSelect: () => void;
    };

export interface MenuProps {
  /** The accessible name of the button, when its words do not say enough. */
  label: string;
  icon?: string;
  /** The words of the button; none: an icon button. */
  children?: ComponentChildren;
  kind?: ButtonKind;
  class?: string;
  entries: readonly MenuEntry[];
  align?: "start" | "end";
  up?: boolean;
}

export function Menu({ label, icon, children, kind = "quiet", entries, align = "end", up, ...rest }: MenuProps) {
  const [open, setOpen] = useState<false | "first" | "last">(false);
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();

  const close = (refocus: boolean) => {
    setOpen(false);
    if (refocus) button.current?.focus();
  };
  useEffect(() => {
    if (!open) return;
    const outside = (event: Event) => {
      if (!root.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener("pointerdown", outside);
    return () => document.removeEventListener("pointerdown", outside);
  }, [open]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    setOpen(event.key === "ArrowDown" ? "first" : "last");
  };
  return (
    <div class={`menu${align === "start" ? " menu-start" : ""}${up ? " menu-up" : ""}`} ref={root}>
      <Button
        kind={kind}
        icon={icon}
        buttonRef={button}
        class={[!children && "button-icon", rest.class].filter(Boolean).join(" ")}
        aria-label={label}
        title={children ? undefined : label}
        aria-haspopup="menu"
        aria-expanded={!!open}
        aria-controls={open ? id : undefined}
        onClick={() => setOpen(open ? false : "first")}
        onKeyDown={onKeyDown}
      >
        {children}
      </Button>
      {open && <MenuList id={id} label={label} entries={entries} at={open} close={close} />}
    </div>
  );
}

interface ListProps {
  id: string;
  label: string;
  entries: readonly MenuEntry[];
  at: "first" | "last";
  close: (refocus: boolean) => void;
}

function MenuList({ id, label, entries, at, close }: ListProps) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const all = items(list);
    (at === "first" ? all[0] : all[all.length - 1])?.focus();
  }, [at]);

  return (
    <div class="menu-list" role="menu" id={id} aria-label={label} ref={list} onKeyDown={(event) => moveOrClose(event, list, close)}>
      {entries.map((entry, index) => {
        if (entry === "line") return <div class="menu-line" role="separator" key={index} />;
        if ("heading" in entry) return <div class="menu-heading" role="presentation" key={index}>{entry.heading}</div>;
        const choice = entry.checked !== undefined;
        return (
          <button
            key={index}
            type="button"
            class={`menu-item${entry.danger ? " menu-item-danger" : ""}`}
            role={choice ? "menuitemradio" : "menuitem"}
            aria-checked={entry.checked}
            aria-disabled={entry.disabled ?? false}
            tabIndex={-1}
            onClick={() => {
              if (entry.disabled) return;
              close(true);
              entry.onSelect();
            }}
          >
            {choice && <span class="menu-check">{entry.checked && <Icon of={check} />}</span>}
            {entry.icon && <Icon of={entry.icon} />}
            <span>{entry.label}</span>
          </button>
        );
      })}
    </div>
  );
}

function items(list: RefObject<HTMLElement | null>): HTMLElement[] {
  return [...(list.current?.querySelectorAll<HTMLElement>(".menu-item") ?? [])];
}

function moveOrClose(event: KeyboardEvent, list: RefObject<HTMLElement | null>, close: (refocus: boolean) => void) {
  const all = items(list);
  const here = all.indexOf(document.activeElement as HTMLElement);
  const go = (index: number) => {
    event.preventDefault();
    all[(index + all.length) % all.length]?.focus();
  };
  if (event.key === "Escape") {
    event.preventDefault();
    event.stopPropagation();
    close(true);
  } else if (event.key === "Tab") close(false);
  else if (event.key === "ArrowDown") go(here + 1);
  else if (event.key === "ArrowUp") go(here - 1);
  else if (event.key === "Home") go(0);
  else if (event.key === "End") go(all.length - 1);
  else if (event.key.length === 1 && event.key !== " ") {
    const letter = event.key.toLocaleLowerCase();
    const starts = (item: HTMLElement) => item.textContent?.trim().toLocaleLowerCase().startsWith(letter);
    const next = [...all.slice(here + 1), ...all.slice(0, here + 1)].find(starts);
    if (next) next.focus();
  }
}
