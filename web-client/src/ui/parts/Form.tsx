// SPDX-License-Identifier: MIT
// Fields in one column, what went wrong, and the buttons. Enter sends it; while it is on its way it is not sent twice.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { t } from "@lingui/core/macro";
import { Button } from "./Button";
import "./Form.css";

export interface FormProps {
  /** The words of the button that sends. */
  send: string;
  /** Throws what is then explained. */
  onSend: () => Promise<void>;
  explain: (error: unknown) => string;
  /** False: a field has a fault, which it shows from then on. */
  check?: () => boolean;
  danger?: boolean;
  large?: boolean;
  onCancel?: () => void;
  class?: string;
  children: ComponentChildren;
}

export function Form({ send, onSend, explain, check, danger, large, onCancel, children, ...rest }: FormProps) {
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState("");
  const submit = async (event: Event) => {
    event.preventDefault();
    if (busy) return;
    setFault("");
    if (check && !check()) {
      const form = event.currentTarget as HTMLFormElement;
      requestAnimationFrame(() => form.querySelector<HTMLElement>("[aria-invalid]")?.focus());
      return;
    }
    setBusy(true);
    try {
      await onSend();
    } catch (error) {
      setFault(explain(error));
    }
    setBusy(false);
  };
  return (
    <form class={["form-column", rest.class].filter(Boolean).join(" ")} onSubmit={(event) => void submit(event)} noValidate>
      {children}
      {fault && <p class="form-fault" role="alert">{fault}</p>}
      <div class="form-buttons">
        <Button type="submit" kind={danger ? "danger" : "primary"} large={large} aria-disabled={busy}>
          {busy ? t`One moment…` : send}
        </Button>
        {onCancel && <Button onClick={onCancel}>{t`Cancel`}</Button>}
      </div>
    </form>
  );
}
