// SPDX-License-Identifier: MIT
// A labelled control with room for a hint and an error. The control gets its id and its description from here.
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import chevron from "lucide-static/icons/chevron-down.svg?icon";
import "./Field.css";
import { Icon } from "./Icon";

export interface Wiring {
  id: string;
  "aria-describedby"?: string;
  "aria-invalid"?: "true";
}

export interface FieldProps {
  label: string;
  hint?: ComponentChildren;
  error?: string;
  /** The label is read, not shown. */
  hideLabel?: boolean;
  children: (wiring: Wiring) => ComponentChildren;
}

export function Field({ label, hint, error, hideLabel, children }: FieldProps) {
  const id = useId();
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  return (
    <div class="field">
      <label class={hideLabel ? "unseen" : "field-label"} for={id}>
        {label}
      </label>
      {children({ id, "aria-describedby": described || undefined, "aria-invalid": error ? "true" : undefined })}
      {hint && <div class="field-hint" id={`${id}-hint`}>{hint}</div>}
      {error && <div class="field-error" id={`${id}-error`} role="alert">{error}</div>}
    </div>
  );
}

type Own = "label" | "hint" | "error" | "hideLabel";

export interface TextFieldProps extends Pick<FieldProps, Own> {
  value: string;
  onInput: (value: string) => void;
  type?: "text" | "search" | "number" | "date" | "time" | "datetime-local" | "email" | "password" | "color";
  name?: string;
  autoComplete?: string;
  inputMode?: "numeric" | "email" | "text";
  autoFocus?: boolean;
  readOnly?: boolean;
  list?: string;
  placeholder?: string;
  required?: boolean;
  maxLength?: number;
  min?: string;
  max?: string;
  step?: string;
}

export function TextField({ label, hint, error, hideLabel, type = "text", onInput, ...rest }: TextFieldProps) {
  return (
    <Field label={label} hint={hint} error={error} hideLabel={hideLabel}>
      {(wiring) => (
        <input {...rest} {...wiring} type={type as "text"} class="input" onInput={(event) => onInput(event.currentTarget.value)} />
      )}
    </Field>
  );
}

export interface TextAreaProps extends Pick<FieldProps, Own> {
  value: string;
  rows?: number;
  maxLength?: number;
  onInput: (value: string) => void;
}

export function TextArea({ label, hint, error, hideLabel, rows = 4, onInput, ...rest }: TextAreaProps) {
  return (
    <Field label={label} hint={hint} error={error} hideLabel={hideLabel}>
      {(wiring) => <textarea {...rest} {...wiring} rows={rows} class="input" onInput={(event) => onInput(event.currentTarget.value)} />}
    </Field>
  );
}

export interface CheckProps {
  label: string;
  hint?: string;
  checked: boolean;
  disabled?: boolean;
  onChange: (checked: boolean) => void;
}

/** Yes or no. */
export function Check({ label, hint, checked, disabled, onChange }: CheckProps) {
  return (
    <label class="choice">
      <input type="checkbox" checked={checked} disabled={disabled} onChange={(event) => onChange(event.currentTarget.checked)} />
      <span>
        {label}
        {hint && <span class="field-hint"><br />{hint}</span>}
      </span>
    </label>
  );
}

export interface Option<T extends string> {
  value: T;
  label: string;
  disabled?: boolean;
}

export interface SelectProps<T extends string> extends Pick<FieldProps, Own> {
  label: string;
  value: T;
  options: readonly Option<T>[];
  onChange: (value: T) => void;
  disabled?: boolean;
}

export function Select<T extends string>(props: SelectProps<T>) {
  const { label, hint, error, hideLabel, value, options, onChange, disabled } = props;
  return (
    <Field label={label} hint={hint} error={error} hideLabel={hideLabel}>
      {(wiring) => (
        <span class="select">
          <select
            {...wiring}
            class="input"
            disabled={disabled}
            onChange={(event) => onChange(event.currentTarget.value as T)}
          >
            {options.map((option) => (
              <option key={option.value} value={option.value} selected={option.value === value} disabled={option.disabled}>
                {option.label}
              </option>
            ))}
          </select>
          <Icon of={chevron} size={18} />
        </span>
      )}
    </Field>
  );
}

export interface ChoiceProps<T extends string> {
  legend: string;
  name: string;
  value: T;
  options: readonly (Option<T> & { hint?: string })[];
  onChange: (value: T) => void;
}

/** A few options of which one is chosen, all in sight. */
export function Choice<T extends string>({ legend, name, value, options, onChange }: ChoiceProps<T>) {
  return (
    <fieldset class="field">
      <legend class="field-label">{legend}</legend>
      {options.map((option) => (
        <label class="choice" key={option.value}>
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={option.value === value}
            onChange={() => onChange(option.value)}
          />
          <span>
            {option.label}
            {option.hint && <span class="field-hint"><br />{option.hint}</span>}
          </span>
        </label>
      ))}
    </fieldset>
  );
}
