// SPDX-License-Identifier: MIT
// Who is in class; for hosts also what may be done about each.
import { t } from "@lingui/core/macro";
import { useState } from "preact/hooks";
import cameraIcon from "lucide-static/icons/video.svg?icon";
import hand from "lucide-static/icons/hand.svg?icon";
import micOn from "lucide-static/icons/mic.svg?icon";
import micOff from "lucide-static/icons/mic-off.svg?icon";
import more from "lucide-static/icons/ellipsis-vertical.svg?icon";
import remove from "lucide-static/icons/user-round-x.svg?icon";
import screenIcon from "lucide-static/icons/screen-share.svg?icon";
import type { Member } from "../../proto/messages.gen";
import { actionsOn, type HostAction } from "../../room/policy";
import { isHost } from "../../room/model";
import { Button, Dialog, Icon, initials, Menu, TextField, type MenuEntry } from "../parts";
import { Lobby } from "./Lobby";
import type { Stay } from "./stay";
import "./people.css";

/** From here on a list is easier searched than read. */
const SEARCH_FROM = 12;
const AT_ONCE = 100;

export function People({ stay }: { stay: Stay }) {
  const { model } = stay.session;
  const [search, setSearch] = useState("");
  const [shown, setShown] = useState(AT_ONCE);
  const [removing, setRemoving] = useState<Member | null>(null);
  const people = model.people.value;
  const wanted = search.trim().toLocaleLowerCase();
  const found = wanted ? people.filter((one) => one.name.toLocaleLowerCase().includes(wanted)) : people;
  const rest = found.length - shown;
  return (
    <div class="people">
      {people.length >= SEARCH_FROM && (
        <div class="people-search">
          <TextField
            label={t`Search people`}
            hideLabel
            type="search"
            placeholder={t`Search people`}
            value={search}
            onInput={setSearch}
          />
        </div>
      )}
      <Lobby stay={stay} />
      {model.host.value && <MuteAll stay={stay} />}
      <ul class="people-list" aria-label={t`People in class`}>
        {found.slice(0, shown).map((one) => (
          <Person key={one.id} stay={stay} member={one} onRemove={() => setRemoving(one)} />
        ))}
      </ul>
      {wanted && found.length === 0 && <p class="panel-note">{t`Nobody by this name is in class.`}</p>}
      {rest > 0 && (
        <div class="panel-note">
          <Button onClick={() => setShown(shown + AT_ONCE)}>{t`Show ${rest} more`}</Button>
        </div>
      )}
      {removing && <RemoveDialog stay={stay} member={removing} onClose={() => setRemoving(null)} />}
    </div>
  );
}

function MuteAll({ stay }: { stay: Stay }) {
  const { model } = stay.session;
  const speaking = model.people.value.some((one) => !isHost(one) && one.mic);
  return (
    <div class="people-all">
      <Button
        icon={micOff}
        aria-disabled={!speaking}
        onClick={() => speaking && void stay.session.mute()}
      >{t`Mute all`}</Button>
      <span class="small quiet">
        {speaking ? t`Trainees can turn it on again.` : t`No trainee’s microphone is on.`}
      </span>
    </div>
  );
}

function Person({ stay, member, onRemove }: { stay: Stay; member: Member; onRemove: () => void }) {
  const { model } = stay.session;
  const own = member.id === model.self.value;
  const place = model.hands.value.findIndex((one) => one.id === member.id) + 1;
  const actions = actionsOn(model.me.value, member);
  const asks = place > 0 && actions.includes("speak") && !member.may_speak;
  const speaking = model.heard.value.speaker === member.id;
  const { name } = member;
  return (
    <li class={`person${member.present ? "" : " person-away"}`} data-person={member.id}>
      <span class={`person-initials${speaking ? " person-speaking" : ""}`} aria-hidden="true">
        {initials(name)}
      </span>
      <div class="person-main">
        <div class="person-name clip">{own ? t`${name} (you)` : name}</div>
        <div class="person-text">
          {place > 0 && (
            <span class="hand-sign" title={t`Hand raised`}>
              <Icon of={hand} size={14} />
              <span class="unseen">{t`Hand raised, number`}</span> {place}
            </span>
          )}
          <span class="clip">{personWords(member)}</span>
        </div>
        {asks && (
          <Button
            class="person-act"
            onClick={() => void stay.session.floor(member, { speak: true })}
          >{t`Let speak`}</Button>
        )}
      </div>
      <Signs member={member} />
      {actions.length > 0 && (
        <Menu
          label={t`Actions for ${name}`}
          icon={more}
          entries={actions.map((action) => entryFor(stay, member, action, onRemove))}
        />
      )}
    </li>
  );
}

function personWords(member: Member): string {
  if (!member.present) return t`Connection lost`;
  if (member.role === "instructor") return t`Instructor`;
  if (member.role === "coordinator") return t`Coordinator`;
  if (member.may_speak) return t`Has the floor`;
  return member.role === "guest" ? t`Guest` : t`Trainee`;
}

function Signs({ member }: { member: Member }) {
  const floor = member.may_speak || member.mic;
  return (
    <span class="person-signs">
      {member.screen && <Sign icon={screenIcon} text={t`shares the screen`} />}
      {member.camera && <Sign icon={cameraIcon} text={t`camera on`} />}
      {floor && <Sign icon={member.mic ? micOn : micOff} text={member.mic ? t`microphone on` : t`muted`} />}
    </span>
  );
}

function Sign({ icon, text }: { icon: string; text: string }) {
  return (
    <span title={text}>
      <Icon of={icon} size={16} />
      <span class="unseen">{text}</span>
    </span>
  );
}

function entryFor(stay: Stay, member: Member, action: HostAction, onRemove: () => void): MenuEntry {
  const { session } = stay;
  switch (action) {
    case "speak":
      return {
        label: member.may_speak ? t`Stop speaking` : t`Let speak`,
        icon: member.may_speak ? micOff : micOn,
        onSelect: () => void session.floor(member, { speak: !member.may_speak }),
      };
    case "show":
      return {
        label: member.may_show ? t`Stop camera` : t`Let show camera`,
        icon: cameraIcon,
        onSelect: () => void session.floor(member, { show: !member.may_show }),
      };
    case "share":
      return {
        label: member.may_share ? t`Stop screen` : t`Let share screen`,
        icon: screenIcon,
        onSelect: () => void session.floor(member, { share: !member.may_share }),
      };
    case "mute":
      return { label: t`Mute`, icon: micOff, onSelect: () => void session.mute(member.id) };
    case "lower":
      return { label: t`Lower hand`, icon: hand, onSelect: () => void session.hand(false, member.id) };
    case "remove":
      return { label: t`Remove from class`, icon: remove, danger: true, onSelect: onRemove };
  }
}

function RemoveDialog({ stay, member, onClose }: { stay: Stay; member: Member; onClose: () => void }) {
  const { name } = member;
  const confirm = () => {
    onClose();
    void stay.session.remove(member.id);
  };
  return (
    <Dialog
      title={t`Remove ${name}?`}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t`Cancel`}</Button>
          <Button kind="danger" onClick={confirm}>{t`Remove from class`}</Button>
        </>
      }
    >
      <p>{t`They leave at once and cannot enter this class again. Other classes stay open to them.`}</p>
    </Dialog>
  );
}
