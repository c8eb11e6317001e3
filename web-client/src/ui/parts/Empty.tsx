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
  text?: ComponentChildren;
  action?: ComponentChildren;
}

export function EmptyState({ icon, title, text, action }: EmptyStateProps) {
  return (
    <div class="empty">
      <Icon of={icon} size={32} />
      <h3>{title}</h3>
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

export function Failed({ title, text, onRetry }: { title: string; text: string; onRetry: () => void }) {
  return (
    <div role="alert">
      <EmptyState icon={warning} title={title} text={text} action={<Button onClick={onRetry}>{t`Try again`}</Button>} />
    </div>
  );
}
