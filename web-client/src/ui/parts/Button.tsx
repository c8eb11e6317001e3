// SPDX-License-Identifier: MIT
import type { ComponentChildren, JSX, Ref } from "preact";
import "./Button.css";
import { Icon } from "./Icon";

export type ButtonKind = "plain" | "primary" | "danger" | "quiet";

type Native = Omit<JSX.IntrinsicElements["button"], "icon" | "ref" | "size">;

export interface ButtonProps extends Native {
  kind?: ButtonKind;
  large?: boolean;
  icon?: string;
  buttonRef?: Ref<HTMLButtonElement>;
  children?: ComponentChildren;
}

export function Button({ kind = "plain", large, icon, buttonRef, children, ...rest }: ButtonProps) {
  const names = ["button", kind !== "plain" && `button-${kind}`, large && "button-large", rest.class];
  return (
    <button type="button" {...rest} ref={buttonRef} class={names.filter(Boolean).join(" ")}>
      {icon && <Icon of={icon} />}
      {children}
    </button>
  );
}

export interface IconButtonProps extends Omit<ButtonProps, "children" | "icon" | "aria-label"> {
  icon: string;
  /** The accessible name; also the tool tip. */
  label: string;
  /** A key that does the same, shown in the tool tip. */
  hotkey?: string;
}

export function IconButton({ label, hotkey, icon, kind = "quiet", ...rest }: IconButtonProps) {
  return (
    <Button
      {...rest}
      kind={kind}
      icon={icon}
      aria-label={label}
      title={hotkey ? `${label} (${hotkey})` : label}
      aria-keyshortcuts={hotkey}
      class={["button-icon", rest.class].filter(Boolean).join(" ")}
    />
  );
}
