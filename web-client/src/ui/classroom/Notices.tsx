// SPDX-License-Identifier: MIT
// What needs an answer or holds on, in one fixed place at the top of the stage.
import { t } from "@lingui/core/macro";
import alert from "lucide-static/icons/triangle-alert.svg?icon";
import ear from "lucide-static/icons/volume-2.svg?icon";
import mic from "lucide-static/icons/mic.svg?icon";
import link from "lucide-static/icons/unplug.svg?icon";
import { KINDS, type Kind } from "../../room/port";
import { Button } from "../parts";
import { Banner } from "./Banner";
import { LobbyNotice } from "./Lobby";
import type { Stay } from "./stay";
import { problemWords } from "./words";

export function Notices({ stay }: { stay: Stay }) {
  return (
    <div class="notices">
      <Blocked stay={stay} />
      <Reconnecting stay={stay} />
      <LobbyNotice stay={stay} />
      <Floor stay={stay} />
      {KINDS.map((kind) => (
        <Problem key={kind} stay={stay} kind={kind} />
      ))}
      <RecordingFault stay={stay} />
    </div>
  );
}

function Blocked({ stay }: { stay: Stay }) {
  if (!stay.playback.blocked.value) return null;
  const button = <Button kind="primary" onClick={() => stay.playback.resume()}>{t`Tap to hear`}</Button>;
  return (
    <Banner icon={ear} urgent actions={button}>{t`Your browser waits for a tap before it plays the sound.`}</Banner>
  );
}

function Reconnecting({ stay }: { stay: Stay }) {
  if (stay.session.phase.value !== "reconnecting") return null;
  const heard = stay.session.link.state.value === "connected";
  return (
    <Banner icon={link} urgent>
      {heard
        ? t`The connection to the class is interrupted; connecting again. Sound and picture go on, chat and hands wait.`
        : t`The connection is lost; connecting again. Your place in class is kept.`}
    </Banner>
  );
}

function Floor({ stay }: { stay: Stay }) {
  const { session, floor } = stay;
  const kinds = floor.value.filter((kind) => !session.sending.value[kind]);
  if (kinds.length === 0) return null;
  const turn = (kind: Kind) => () => {
    floor.value = floor.value.filter((one) => one !== kind);
    void session.turn(kind, true);
  };
  const labels = { mic: t`Turn on microphone`, camera: t`Turn on camera`, screen: t`Share your screen` };
  return (
    <Banner
      icon={mic}
      actions={
        <>
          {kinds.map((kind, i) => (
            <Button key={kind} kind={i === 0 ? "primary" : "plain"} onClick={turn(kind)}>
              {labels[kind]}
            </Button>
          ))}
          <Button kind="quiet" onClick={() => (floor.value = [])}>{t`Not now`}</Button>
        </>
      }
    >
      {t`You have the floor. Nothing is sent before you turn it on.`}
    </Banner>
  );
}

function Problem({ stay, kind }: { stay: Stay; kind: Kind }) {
  const { session } = stay;
  const problem = session.problems.value[kind];
  // Who closes the browser's list of screens did not want to share.
  if (!problem || (kind === "screen" && problem === "denied")) return null;
  const close = () => (session.problems.value = { ...session.problems.value, [kind]: undefined });
  return (
    <Banner
      icon={alert}
      urgent
      actions={
        <>
          <Button onClick={() => void session.turn(kind, true)}>{t`Try again`}</Button>
          <Button kind="quiet" onClick={close}>{t`Close`}</Button>
        </>
      }
    >
      {problemWords(kind, problem)}
    </Banner>
  );
}

function RecordingFault({ stay }: { stay: Stay }) {
  const room = stay.session.model.room.value;
  if (!room?.recording_fault || !stay.session.model.host.value) return null;
  return (
    <Banner icon={alert} urgent>
      {t`The class should be recorded, but nothing reaches the disk. What was recorded so far is safe. Tell your administrator; the class can go on.`}
    </Banner>
  );
}
