// SPDX-License-Identifier: MIT
// Who waits at the door, for hosts: before the class begins, and where each one is let in by hand.
import { plural, t } from "@lingui/core/macro";
import clock from "lucide-static/icons/clock.svg?icon";
import { clockTime } from "../../i18n/format";
import type { Member } from "../../proto/messages.gen";
import { Button, initials } from "../parts";
import { Banner } from "./Banner";
import type { Stay } from "./stay";

/** In the panel of people. */
export function Lobby({ stay }: { stay: Stay }) {
  const { model } = stay.session;
  const waiting = model.lobby.value;
  const begun = model.room.value?.state === "open";
  if (!model.host.value || waiting.length === 0) return null;
  return (
    <section class="lobby" aria-label={t`In the lobby`}>
      <div class="lobby-head">
        <h3>{t`In the lobby`}</h3>
        {begun && waiting.length > 1 && (
          <Button onClick={() => void stay.session.admit()}>{t`Let all in`}</Button>
        )}
      </div>
      <ul>
        {waiting.map((one) => (
          <Waiting key={one.id} stay={stay} member={one} begun={begun} />
        ))}
      </ul>
    </section>
  );
}

function Waiting({ stay, member, begun }: { stay: Stay; member: Member; begun: boolean }) {
  const { name } = member;
  return (
    <li class="person" data-person={member.id}>
      <span class="person-initials" aria-hidden="true">
        {initials(name)}
      </span>
      <div class="person-main">
        <div class="person-name clip">{name}</div>
        <div class="person-text">{member.role === "guest" ? t`Guest` : t`Trainee`}</div>
      </div>
      {begun && (
        <Button aria-label={t`Let in ${name}`} onClick={() => void stay.session.admit(member.id)}>{t`Let in`}</Button>
      )}
    </li>
  );
}

/** On the stage: the class has not begun, or somebody is at the door. */
export function LobbyNotice({ stay }: { stay: Stay }) {
  const { model } = stay.session;
  const room = model.room.value;
  const count = model.lobby.value.length;
  if (!room || !model.host.value) return null;
  if (room.state === "waiting") {
    const when = clockTime(room.starts_at);
    const button = <Button kind="primary" onClick={() => void stay.session.begin()}>{t`Begin class`}</Button>;
    return (
      <Banner icon={clock} actions={button}>
        {t`Class begins by itself at ${when}. Until then the others hear and see nothing.`}{" "}
        {count > 0 && plural(count, { one: "# person waits.", other: "# people wait." })}
      </Banner>
    );
  }
  if (count === 0 || stay.panel.value === "people") return null;
  const look = <Button onClick={() => stay.showPanel("people")}>{t`Show`}</Button>;
  return (
    <Banner icon={clock} actions={look}>
      {plural(count, { one: "# person waits to be let in.", other: "# people wait to be let in." })}
    </Banner>
  );
}
