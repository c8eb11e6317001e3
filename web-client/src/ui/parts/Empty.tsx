// SPDX-License-Identifier: MIT
// What stands where content will be: nothing yet, on its way, or failed with a way on.
import type { ComponentChildren } from "preact";
import { t } from "@lingui/core/macro";
import warning from "lucide-static/icons/triangle-alert.svg?icon";
import { Button } from "./Button";
import "./Empty.css";
import { Icon } from "./Icon";

export interface EmptyStateProps {
  icon: string;
  title: string;
  /** It is all there is on the page, so that its title is the page's. */
  alone?: boolean;
  text?: ComponentChildren;
  action?: ComponentChildren;
}

export function EmptyState({ icon, title, alone, text, action }: EmptyStateProps) {
  return (
    <div class="empty">
      <Icon of={icon} size={32} />
      {alone ? <h1>{title}</h1> : <h2>{title}</h2>}
      {text && <p>{text}</p>}
      {action}
    </div>
  );
}

/** A spinner never stands without its words. */
export function Busy({ text }: { text: string }) {
  return (
    <div class="busy" role="status">
      <span class="busy-ring" />
      <span>{text}</span>
    </div>
  );
}

export interface FailedProps extends Pick<EmptyStateProps, "title" | "alone"> {
  text: string;
  onRetry: () => void;
}

export function Failed({ onRetry, ...rest }: FailedProps) {
  return (
    <div role="alert">
      <EmptyState {...rest} icon={warning} action={<Button onClick={onRetry}>{t`Try again`}</Button>} />
    </div>
  );
}
