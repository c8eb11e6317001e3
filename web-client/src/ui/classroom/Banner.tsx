// SPDX-License-Identifier: MIT
// One line of the notices on the stage, with what can be done about it.
import type { ComponentChildren } from "preact";
import { Icon } from "../parts";
import "./notices.css";

interface BannerProps {
  icon: string;
  urgent?: boolean;
  children: ComponentChildren;
  actions?: ComponentChildren;
}

export function Banner({ icon, urgent, children, actions }: BannerProps) {
  return (
    <div class="banner" role={urgent ? "alert" : "status"}>
      <Icon of={icon} />
      <p>{children}</p>
      {actions && <div class="banner-actions">{actions}</div>}
    </div>
  );
}
