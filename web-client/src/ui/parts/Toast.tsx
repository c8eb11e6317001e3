// SPDX-License-Identifier: MIT
// Short news that need no answer. They are read out politely and leave by themselves; pointing at them holds them.
import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { t } from "@lingui/core/macro";
import cross from "lucide-static/icons/x.svg?icon";
import { Button, IconButton } from "./Button";
import "./Toast.css";

/** What can be done about it, while it is shown. */
export interface ToastAct {
  label: string;
  act: () => void;
}

interface Toast {
  id: number;
  text: string;
  act?: ToastAct;
}

const LASTS_MS = 6000;
const MOST = 3;
const toasts = signal<readonly Toast[]>([]);
let count = 0;

export function toast(text: string, act?: ToastAct): void {
  toasts.value = [...toasts.value, { id: ++count, text, act }].slice(-MOST);
}

function dismiss(id: number): void {
  toasts.value = toasts.value.filter((other) => other.id !== id);
}

function One({ id, text, act }: Toast) {
  const [held, hold] = useState(false);
  useEffect(() => {
    if (held) return;
    const timer = setTimeout(() => dismiss(id), LASTS_MS);
    return () => clearTimeout(timer);
  }, [held, id]);
  return (
    <div class="toast" onPointerEnter={() => hold(true)} onPointerLeave={() => hold(false)} onFocusIn={() => hold(true)} onFocusOut={() => hold(false)}>
      <span>{text}</span>
      {act && (
        <Button
          kind="quiet"
          onClick={() => {
            dismiss(id);
            act.act();
          }}
        >
          {act.label}
        </Button>
      )}
      <IconButton icon={cross} label={t`Close`} onClick={() => dismiss(id)} />
    </div>
  );
}

/** Stands once in the frame of the app. */
export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map((one) => <One key={one.id} {...one} />)}
    </div>
  );
}
