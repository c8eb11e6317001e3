// SPDX-License-Identifier: MIT
// Tabs after ARIA: arrows move and choose; the panel is labelled by its tab.
import type { ComponentChildren } from "preact";
import { useId, useRef } from "preact/hooks";
import "./Tabs.css";

export interface TabsProps<T extends string> {
  label: string;
  tabs: readonly { id: T; label: ComponentChildren }[];
  value: T;
  onChange: (id: T) => void;
  class?: string;
  children: ComponentChildren;
}

export function Tabs<T extends string>({ label, tabs, value, onChange, children, ...rest }: TabsProps<T>) {
  const base = useId();
  const list = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (!step) return;
    event.preventDefault();
    const here = tabs.findIndex((tab) => tab.id === value);
    const index = (here + step + tabs.length) % tabs.length;
    const next = tabs[index];
    if (next) onChange(next.id);
    (list.current?.children[index] as HTMLElement | undefined)?.focus();
  };
  return (
    <div class={rest.class}>
      <div class="tabs" role="tablist" aria-label={label} ref={list} onKeyDown={onKeyDown}>
        {tabs.map((tab) => (
          <button
            key={tab.id}
            type="button"
            class="tab"
            role="tab"
            id={`${base}-${tab.id}`}
            aria-selected={tab.id === value}
            aria-controls={`${base}-panel`}
            tabIndex={tab.id === value ? 0 : -1}
            onClick={() => onChange(tab.id)}
          >
            {tab.label}
          </button>
        ))}
      </div>
      <div class="tab-panel" role="tabpanel" id={`${base}-panel`} aria-labelledby={`${base}-${value}`} tabIndex={0}>
        {children}
      </div>
    </div>
  );
}
