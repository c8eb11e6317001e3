// SPDX-License-Identifier: MIT
// Several of many: boxes to tick under one name, in a list that scrolls when it is long.
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import "./Checks.css";

export interface ChecksProps {
  legend: string;
  options: readonly { value: string; label: string }[];
  value: readonly string[];
  onChange: (value: string[]) => void;
  hint?: ComponentChildren;
  error?: string;
  /** Short ones beside each other: days of the week. */
  inRow?: boolean;
}

export function Checks({ legend, options, value, onChange, hint, error, inRow }: ChecksProps) {
  const id = useId();
  const toggle = (one: string) => onChange(value.includes(one) ? value.filter((other) => other !== one) : [...value, one]);
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  return (
    <fieldset class="field checks" aria-describedby={described || undefined}>
      <legend class="field-label">{legend}</legend>
      <div class={inRow ? "checks-row" : "checks-list"}>
        {options.map((option) => (
          <label class={inRow ? "checks-chip" : "choice"} key={option.value}>
            <input type="checkbox" checked={value.includes(option.value)} onChange={() => toggle(option.value)} />
            <span>{option.label}</span>
          </label>
        ))}
      </div>
      {hint && <div class="field-hint" id={`${id}-hint`}>{hint}</div>}
      {error && <div class="field-error" id={`${id}-error`} role="alert">{error}</div>}
    </fieldset>
  );
}
