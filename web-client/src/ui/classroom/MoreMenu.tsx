// SPDX-License-Identifier: MIT
// What is wanted rarely; on a phone also what has no room in the bar.
import { t } from "@lingui/core/macro";
import fullIcon from "lucide-static/icons/maximize.svg?icon";
import keyboard from "lucide-static/icons/keyboard.svg?icon";
import more from "lucide-static/icons/ellipsis.svg?icon";
import people from "lucide-static/icons/users.svg?icon";
import record from "lucide-static/icons/circle-dot.svg?icon";
import screen from "lucide-static/icons/screen-share.svg?icon";
import stop from "lucide-static/icons/circle-stop.svg?icon";
import { may, RECEIVE } from "../../room/policy";
import { Menu, type MenuEntry } from "../parts";
import { deviceEntries } from "./Controls";
import { toggleFullScreen } from "./keys";
import type { Stay } from "./stay";
import { receiveName } from "./words";

/** Dialogs of the classroom. */
export type Show = "leave" | "shortcuts";

export interface MoreMenuProps {
  stay: Stay;
  phone: boolean;
  show: (what: Show) => void;
}

export function MoreMenu({ stay, phone, show }: MoreMenuProps) {
  const entries: MenuEntry[] = [
    ...(phone ? phoneEntries(stay) : []),
    ...recordEntries(stay),
    { label: t`Full screen`, icon: fullIcon, onSelect: toggleFullScreen },
    ...(phone ? [] : [{ label: t`Keyboard shortcuts`, icon: keyboard, onSelect: () => show("shortcuts") }]),
    "line",
    { heading: t`What to receive` },
    ...RECEIVE.map((value) => ({
      label: receiveName(value),
      checked: stay.receive.value === value,
      onSelect: () => void (stay.receive.value = value),
    })),
  ];
  return (
    <Menu label={t`More`} icon={more} up entries={entries} class="bar-button bar-more">
      <span class="bar-label" aria-hidden="true">{t`More`}</span>
    </Menu>
  );
}

function phoneEntries(stay: Stay): MenuEntry[] {
  const { session } = stay;
  const sharing = session.sending.value.screen;
  const canShare = may(session.model.me.value, "screen") && "getDisplayMedia" in (navigator.mediaDevices ?? {});
  const share: MenuEntry = {
    label: sharing ? t`Stop sharing` : t`Share screen`,
    icon: screen,
    onSelect: () => void session.turn("screen", !sharing),
  };
  return [
    { label: t`People`, icon: people, onSelect: () => stay.showPanel("people") },
    ...(canShare || sharing ? [share] : []),
    "line",
    ...deviceEntries(stay, ["audioinput", "videoinput", "audiooutput"]),
    "line",
  ];
}

function recordEntries(stay: Stay): MenuEntry[] {
  const { session } = stay;
  const room = session.model.room.value;
  if (!session.model.host.value || room?.policy !== "on_demand") return [];
  const on = room.recording;
  return [
    {
      label: on ? t`Stop recording` : t`Start recording`,
      icon: on ? stop : record,
      onSelect: () => void session.record(!on),
    },
  ];
}
