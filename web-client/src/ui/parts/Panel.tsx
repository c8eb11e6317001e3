// SPDX-License-Identifier: MIT
// A titled region beside the content, and the same as a sheet that rises from the bottom of a phone.
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { t } from "@lingui/core/macro";
import cross from "lucide-static/icons/x.svg?icon";
import { IconButton } from "./Button";
import "./Panel.css";

export interface PanelProps {
  title: string;
  onClose?: () => void;
  foot?: ComponentChildren;
  class?: string;
  children: ComponentChildren;
}

export function Panel({ title, onClose, foot, children, ...rest }: PanelProps) {
  const id = useId();
  return (
    <section class={["panel", rest.class].filter(Boolean).join(" ")} aria-labelledby={id}>
      <div class="panel-head">
        <h2 id={id}>{title}</h2>
        {onClose && <IconButton icon={cross} label={t`Close`} onClick={onClose} />}
      </div>
      <div class="panel-body">{children}</div>
      {foot && <div class="panel-foot">{foot}</div>}
    </section>
  );
}

export interface SheetProps extends PanelProps {
  onClose: () => void;
}

/** Escape closes it; it does not hold the focus, so that the class behind it stays within reach. */
export function Sheet(props: SheetProps) {
  return (
    <div
      onKeyDown={(event) => {
        if (event.key === "Escape") props.onClose();
      }}
    >
      <Panel {...props} class={["sheet", props.class].filter(Boolean).join(" ")} />
    </div>
  );
}
