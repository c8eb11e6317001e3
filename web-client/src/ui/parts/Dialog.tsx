// SPDX-License-Identifier: MIT
// A native modal dialog: the browser holds the focus in it and closes it on Escape. The focus is given back here, since
// the dialog has left the document when this is told.
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { t } from "@lingui/core/macro";
import cross from "lucide-static/icons/x.svg?icon";
import { IconButton } from "./Button";
import "./Dialog.css";

export interface DialogProps {
  title: string;
  /** Called for Escape, the cross and a press outside. */
  onClose: () => void;
  children: ComponentChildren;
  actions?: ComponentChildren;
  wide?: boolean;
}

export function Dialog({ title, onClose, children, actions, wide }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      class={wide ? "dialog dialog-wide" : "dialog"}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onPointerDown={(event) => {
        if (event.target === dialog.current) onClose();
      }}
    >
      <div class="dialog-head">
        <h2 id={id}>{title}</h2>
        <IconButton icon={cross} label={t`Close`} onClick={onClose} />
      </div>
      <div class="dialog-body">
        {children}
        {actions && <div class="dialog-actions">{actions}</div>}
      </div>
    </dialog>
  );
}
