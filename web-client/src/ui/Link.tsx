// SPDX-License-Identifier: MIT
import type { ComponentChildren } from "preact";
import { Icon } from "./parts/Icon";
import "./parts/Button.css";
import { href } from "./router";

export interface LinkProps {
  /** A page of this person: "library", "class/<id>". */
  to: string;
  /** Looks like a button. */
  button?: "plain" | "primary" | "quiet";
  large?: boolean;
  icon?: string;
  class?: string;
  title?: string;
  "aria-label"?: string;
  "aria-current"?: "page";
  children: ComponentChildren;
}

export function Link({ to, button, large, icon, children, ...rest }: LinkProps) {
  const names = [button && "button", button && button !== "plain" && `button-${button}`, large && "button-large", rest.class];
  return (
    <a {...rest} href={href(to)} class={names.filter(Boolean).join(" ")}>
      {icon && <Icon of={icon} />}
      {children}
    </a>
  );
}
