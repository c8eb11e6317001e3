// SPDX-License-Identifier: MIT
// Where we are, whether it is recorded, and how the link is.
import { t } from "@lingui/core/macro";
import chat from "lucide-static/icons/message-square.svg?icon";
import { decimal, stopwatch } from "../../i18n/format";
import { linkSign, type LinkSign } from "../../room/policy";
import { IconButton } from "../parts";
import { useSeconds } from "./hooks";
import type { Stay } from "./stay";
import "./header.css";

export function Header({ stay, phone }: { stay: Stay; phone: boolean }) {
  const room = stay.session.model.room.value;
  return (
    <header class="class-head" data-theme="dark">
      <h1 class="class-title">
        <span class="class-course">{room?.course}</span>
        <span class="class-session">{room?.title}</span>
      </h1>
      <RecordSign stay={stay} />
      <LinkState stay={stay} />
      {phone && <PhoneChat stay={stay} />}
    </header>
  );
}

function RecordSign({ stay }: { stay: Stay }) {
  const now = useSeconds() + stay.session.clockOffset.value;
  const room = stay.session.model.room.value;
  if (!room) return null;
  if (room.recording && !room.recording_fault) {
    return (
      <span class="rec" data-rec="on" title={t`This class is being recorded`}>
        <span class="rec-dot" />
        <span>{t`REC`}</span>
        <span class="numbers">{stopwatch(now - room.recording_since)}</span>
      </span>
    );
  }
  return (
    <span class="rec rec-off" data-rec={room.recording_fault ? "fault" : "off"}>
      {room.recording_fault ? t`Recording failed` : t`Not recorded`}
      {room.opened_at > 0 && <span class="numbers"> {stopwatch(now - room.opened_at)}</span>}
    </span>
  );
}

function LinkState({ stay }: { stay: Stay }) {
  const { session } = stay;
  const link = session.model.link.value;
  const sign = linkSign(session.phase.value, session.link.state.value, link);
  const words: Record<LinkSign, string> = {
    good: t`good`,
    weak: t`weak`,
    poor: t`very weak`,
    connecting: t`connecting`,
    lost: t`lost`,
  };
  const megabytes = decimal(stay.megabytesPerMinute.value, 1);
  const trip = link?.rtt ?? 0;
  const lost = decimal((link ? Math.max(link.up_loss, link.down_loss) : 0) / 10, 1);
  const word = words[sign];
  return (
    <span class={`link link-${sign}`} data-link={sign} title={link ? t`Round trip ${trip} ms, ${lost} % lost` : ""}>
      <span class="link-bars" aria-hidden="true">
        <i />
        <i />
        <i />
      </span>
      <span class="unseen">{t`Link:`}</span>
      <span class="link-word">{word}</span>
      <span class="numbers link-cost">{t`${megabytes} MB/min`}</span>
    </span>
  );
}

function PhoneChat({ stay }: { stay: Stay }) {
  const unread = stay.unread.value;
  return (
    <span class="badged">
      <IconButton
        icon={chat}
        label={t`Chat`}
        aria-expanded={stay.panel.value === "chat"}
        onClick={() => stay.showPanel("chat")}
      />
      {unread > 0 && <span class="count">{unread}</span>}
    </span>
  );
}
