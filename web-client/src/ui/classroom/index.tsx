// SPDX-License-Identifier: MIT
// The address of a class: before it, in it, after it. What is only needed in class is fetched on entering.
import { t } from "@lingui/core/macro";
import type { ComponentType } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import type { Session } from "../../api/types";
import { LocalMedia } from "../../media/local";
import { recall, remember } from "../../room/memory";
import { Busy, Failed } from "../parts";
import { Prejoin, type PrejoinState } from "../prejoin/Prejoin";
import { current } from "../router";
import { api, explain } from "../session";
import type { ClassroomProps } from "./Classroom";
import type { OverProps } from "./Over";
import type { Stay } from "./stay";

export default function ClassPage({ sessionId }: { sessionId: string }) {
  // Who comes back by a reload needs the room at once: fetched while the class is still being asked for.
  useEffect(() => {
    if (recall(sessionStorage, sessionId).entered) import("./room").catch(() => undefined); // enter() tells
  }, [sessionId]);
  const [attempt, setAttempt] = useState(0);
  const [info, setInfo] = useState<Session | null>(null);
  const [failure, setFailure] = useState("");
  useEffect(() => {
    let wanted = true;
    setFailure("");
    api()
      .session(sessionId)
      .then((found) => wanted && setInfo(found))
      .catch((error: unknown) => wanted && setFailure(explain(error)));
    return () => void (wanted = false);
  }, [sessionId, attempt]);

  if (info) return <Door info={info} />;
  if (!failure) return <Busy text={t`Loading…`} />;
  return (
    <main class="page">
      <Failed title={t`The class did not open`} text={failure} onRetry={() => setAttempt(attempt + 1)} />
    </main>
  );
}

interface Room {
  stay: Stay;
  Classroom: ComponentType<ClassroomProps>;
  Over: ComponentType<OverProps>;
}

function Door({ info }: { info: Session }) {
  const memory = useMemo(() => recall(sessionStorage, info.id), [info.id]);
  const local = useMemo(() => new LocalMedia(), [info.id]);
  const [receive, setReceive] = useState(memory.receive);
  const [room, setRoom] = useState<Room | null>(null);
  const [entering, setEntering] = useState(false);
  const [failed, setFailed] = useState(false);

  const enter = async (returning: boolean) => {
    setEntering(true);
    setFailed(false);
    try {
      const { openStay, Classroom, Over } = await import("./room");
      const person = current.peek().person ?? "";
      setRoom({ stay: openStay({ info, person, local, receive, returning }), Classroom, Over });
    } catch {
      setFailed(true);
    }
    setEntering(false);
  };
  // A reload in class, or one that has ended: the page before class has nothing to ask.
  useEffect(() => {
    if (memory.entered || info.state === "ended") void enter(memory.entered);
  }, []);
  useEffect(() => () => local.closeAll(), [local]);
  useEffect(() => () => room?.stay.close(), [room]);

  if (failed) {
    return (
      <main class="page">
        <Failed
          title={t`The class did not load`}
          text={t`The connection may have dropped. Nothing was lost.`}
          onRetry={() => void enter(memory.entered)}
        />
      </main>
    );
  }
  if (!room) {
    if (memory.entered || info.state === "ended") return <Busy text={t`Entering the class…`} />;
    const onReceive = (wanted: typeof receive) => {
      setReceive(wanted);
      remember(sessionStorage, info.id, { receive: wanted });
    };
    const state = entering ? "entering" : "ready";
    return <Prejoin {...{ info, local, receive, onReceive, state }} onEnter={() => void enter(false)} />;
  }
  return <Inside info={info} local={local} room={room} />;
}

function Inside({ info, local, room }: { info: Session; local: LocalMedia; room: Room }) {
  const { stay, Classroom, Over } = room;
  const phase = stay.session.phase.value;
  if (phase === "in" || (phase === "reconnecting" && stay.wasIn.value)) return <Classroom stay={stay} />;
  if (phase !== "idle" && phase !== "entering" && phase !== "waiting" && phase !== "reconnecting") {
    return <Over stay={stay} info={info} />;
  }
  if (stay.wasIn.value) return <Classroom stay={stay} />;
  if (stay.returning && phase === "entering") return <Busy text={t`Entering the class…`} />;
  const slow = stay.slow.value;
  const states: Record<typeof phase, PrejoinState> = {
    idle: "entering",
    entering: slow ? "slow" : "entering",
    waiting: stay.session.model.room.value?.state === "open" ? "asking" : "waiting",
    reconnecting: "lost",
  };
  const onReceive = (wanted: typeof stay.receive.value) => void (stay.receive.value = wanted);
  return (
    <Prejoin {...{ info, local, onReceive }} receive={stay.receive.value} state={states[phase]} onEnter={() => {}} />
  );
}
