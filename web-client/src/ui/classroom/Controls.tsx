// SPDX-License-Identifier: MIT
// The bottom bar: ourselves on the left, the class in the middle, the way out at the far end.
import { t } from "@lingui/core/macro";
import { useId } from "preact/hooks";
import cameraOn from "lucide-static/icons/video.svg?icon";
import cameraOff from "lucide-static/icons/video-off.svg?icon";
import chat from "lucide-static/icons/message-square.svg?icon";
import chevron from "lucide-static/icons/chevron-up.svg?icon";
import hand from "lucide-static/icons/hand.svg?icon";
import leave from "lucide-static/icons/log-out.svg?icon";
import micOn from "lucide-static/icons/mic.svg?icon";
import micOff from "lucide-static/icons/mic-off.svg?icon";
import people from "lucide-static/icons/users.svg?icon";
import screen from "lucide-static/icons/screen-share.svg?icon";
import screenOff from "lucide-static/icons/screen-share-off.svg?icon";
import { chooseDevice, chosenDevice, devicesFor, type DeviceUse } from "../../media/devices";
import { may } from "../../room/policy";
import type { Kind } from "../../room/port";
import { Button, Menu, type MenuEntry } from "../parts";
import { MoreMenu, type Show } from "./MoreMenu";
import type { Stay } from "./stay";
import { notAllowedWords } from "./words";
import "./bar.css";

export interface ControlsProps {
  stay: Stay;
  phone: boolean;
  show: (what: Show) => void;
}

export function Controls({ stay, phone, show }: ControlsProps) {
  return (
    <footer class="class-foot" data-theme="dark">
      <div class="class-bar" role="toolbar" aria-label={t`Class controls`}>
        <div class="bar-group">
          <SourceButton stay={stay} kind="mic" label={t`Microphone`} hotkey="M" icons={[micOn, micOff]} />
          {!phone && (
            <DeviceMenu stay={stay} label={t`Choose microphone and speaker`} uses={["audioinput", "audiooutput"]} />
          )}
          <SourceButton stay={stay} kind="camera" label={t`Camera`} hotkey="V" icons={[cameraOn, cameraOff]} />
          {!phone && <DeviceMenu stay={stay} label={t`Choose camera`} uses={["videoinput"]} />}
        </div>
        {!phone && (
          <div class="bar-group">
            <SourceButton
              stay={stay}
              kind="screen"
              label={t`Share screen`}
              hotkey="D"
              icons={[screen, screen]}
              activeIcon={screenOff}
            />
          </div>
        )}
        <div class="bar-group">
          <HandButton stay={stay} />
        </div>
        <div class="bar-group">
          {!phone && <PanelButtons stay={stay} />}
          <MoreMenu stay={stay} phone={phone} show={show} />
        </div>
        <div class="bar-group bar-end">
          <BarButton label={t`Leave`} icon={leave} class="bar-leave" onClick={() => show("leave")} />
        </div>
      </div>
    </footer>
  );
}

interface BarButtonProps {
  label: string;
  icon: string;
  hotkey?: string;
  count?: number;
  pressed?: boolean;
  expanded?: boolean;
  /** Why it cannot be used now; it stays within reach and says so. */
  barred?: string | undefined;
  busy?: boolean;
  class?: string;
  onClick: () => void;
}

export function BarButton(props: BarButtonProps) {
  const { label, icon, hotkey, count = 0, pressed, expanded, barred, busy, onClick } = props;
  const id = useId();
  const hint = barred ?? (hotkey ? `${label} (${hotkey})` : label);
  return (
    <span class="badged">
      <Button
        kind="quiet"
        class={["bar-button", props.class].filter(Boolean).join(" ")}
        icon={icon}
        aria-label={label}
        title={hint}
        {...(pressed !== undefined && { "aria-pressed": pressed })}
        {...(expanded !== undefined && { "aria-expanded": expanded })}
        {...(hotkey && { "aria-keyshortcuts": hotkey })}
        {...(barred && { "aria-disabled": true, "aria-describedby": id })}
        {...(busy && { "aria-busy": true })}
        onClick={onClick}
      >
        <span class="bar-label" aria-hidden="true">
          {label}
        </span>
      </Button>
      {barred && (
        <span class="unseen" id={id}>
          {barred}
        </span>
      )}
      {count > 0 && <span class="count">{count}</span>}
    </span>
  );
}

interface SourceButtonProps {
  stay: Stay;
  kind: Kind;
  label: string;
  hotkey: string;
  /** On and off. */
  icons: readonly [string, string];
  activeIcon?: string;
}

function SourceButton({ stay, kind, label, hotkey, icons, activeIcon }: SourceButtonProps) {
  const { session } = stay;
  const on = session.sending.value[kind];
  const allowed = may(session.model.me.value, kind);
  const off = kind !== "screen" && !on ? " bar-off" : "";
  return (
    <BarButton
      label={label}
      hotkey={hotkey}
      icon={on ? (activeIcon ?? icons[0]) : icons[1]}
      pressed={on}
      busy={session.opening.value.has(kind)}
      barred={allowed ? undefined : notAllowedWords(kind)}
      class={`bar-${kind}${off}`}
      onClick={() => void session.turn(kind, !on)}
    />
  );
}

function HandButton({ stay }: { stay: Stay }) {
  const { session } = stay;
  const me = session.model.me.value;
  const raised = (me?.hand ?? 0) > 0;
  const place = session.model.hands.value.findIndex((one) => one.id === me?.id) + 1;
  return (
    <BarButton
      label={t`Raise hand`}
      hotkey="R"
      icon={hand}
      pressed={raised}
      count={place}
      class="bar-hand"
      onClick={() => void session.hand(!raised)}
    />
  );
}

function PanelButtons({ stay }: { stay: Stay }) {
  const open = stay.panel.value;
  return (
    <>
      <BarButton
        label={t`People`}
        hotkey="P"
        icon={people}
        expanded={open === "people"}
        class="bar-people"
        onClick={() => stay.showPanel("people")}
      />
      <BarButton
        label={t`Chat`}
        hotkey="C"
        icon={chat}
        expanded={open === "chat"}
        count={stay.unread.value}
        onClick={() => stay.showPanel("chat")}
      />
    </>
  );
}

function DeviceMenu({ stay, label, uses }: { stay: Stay; label: string; uses: readonly DeviceUse[] }) {
  return <Menu label={label} icon={chevron} up align="start" class="bar-devices" entries={deviceEntries(stay, uses)} />;
}

export function deviceEntries(stay: Stay, uses: readonly DeviceUse[]): MenuEntry[] {
  const heads: Record<DeviceUse, string> = {
    audioinput: t`Microphone`,
    videoinput: t`Camera`,
    audiooutput: t`Speaker`,
  };
  return uses.flatMap((use): MenuEntry[] => {
    const chosen = chosenDevice(use);
    const found = devicesFor(use).filter((device) => device.deviceId !== "default");
    if (found.length === 0)
      return [{ heading: heads[use] }, { label: t`Automatic`, checked: true, onSelect: () => {} }];
    const known = found.some((device) => device.deviceId === chosen);
    const choose = (id: string) => () => {
      chooseDevice(use, id);
      if (use === "audiooutput") stay.playback.speakerChanged();
      else stay.deviceChanged(use === "audioinput" ? "mic" : "camera");
    };
    return [
      { heading: heads[use] },
      { label: t`Automatic`, checked: !known, onSelect: choose("") },
      ...found.map((device, i) => {
        const number = i + 1;
        const id = device.deviceId;
        return { label: device.label || t`Device ${number}`, checked: known && id === chosen, onSelect: choose(id) };
      }),
    ];
  });
}
