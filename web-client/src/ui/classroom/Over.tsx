// SPDX-License-Identifier: MIT
// After class, or out of it: what happened, and the one next step.
import { t } from "@lingui/core/macro";
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import play from "lucide-static/icons/play.svg?icon";
import type { RecordingState, Session } from "../../api/types";
import { Link } from "../Link";
import { Busy, Button } from "../parts";
import { api } from "../session";
import type { Stay } from "./stay";
import "./over.css";

export interface OverProps {
  stay: Stay;
  info: Session;
}

export function Over({ stay, info }: OverProps) {
  const { session } = stay;
  const back = () => session.enter();
  switch (session.phase.value) {
    case "ended":
      return (
        <Page title={t`The class has ended`} info={info}>
          <Recording known={session.recording.value} sessionId={info.id} />
        </Page>
      );
    case "removed":
      return (
        <Page
          title={t`You were removed from the class`}
          info={info}
          text={t`The instructor removed you. If you think that this is a mistake, speak to them or to your coordinator.`}
        >
          <Home primary />
        </Page>
      );
    case "replaced":
      return (
        <Page
          title={t`You are in this class elsewhere`}
          info={info}
          text={t`You entered in another window or on another device. One person has one place in class.`}
        >
          <Button kind="primary" large onClick={back}>{t`Continue here`}</Button>
          <Home />
        </Page>
      );
    case "refused":
      return <Refused code={session.refusal.value} info={info} back={back} />;
    default:
      return (
        <Page title={t`You left the class`} info={info} text={t`You can come back while the class goes on.`}>
          <Button kind="primary" large onClick={back}>{t`Enter again`}</Button>
          <Home />
        </Page>
      );
  }
}

function Refused({ code, info, back }: { code: string; info: Session; back: () => void }) {
  const words: Record<string, string> = {
    forbidden: t`You may not enter this class: you are not enrolled, or you were removed from it. Ask your coordinator.`,
    not_found: t`This class does not exist any more. Ask your coordinator.`,
    full: t`The class is full. Try again when somebody has left.`,
    signed_out: t`You are signed out. Open your sign-in link again.`,
  };
  const text = words[code] ?? t`The server did not let you in. Try again in a moment.`;
  const again = code !== "forbidden" && code !== "not_found" && code !== "signed_out";
  return (
    <Page title={t`You are not in class`} info={info} text={text}>
      {again && <Button kind="primary" large onClick={back}>{t`Try again`}</Button>}
      <Home primary={!again} />
    </Page>
  );
}

interface PageProps {
  title: string;
  text?: string;
  info: Session;
  children: ComponentChildren;
}

function Page({ title, text, info, children }: PageProps) {
  const head = useRef<HTMLHeadingElement>(null);
  useEffect(() => head.current?.focus(), [title]);
  return (
    <main class="over">
      <p class="over-class">
        {info.course.title} · {info.title}
      </p>
      <h1 ref={head} tabIndex={-1}>
        {title}
      </h1>
      {text && <p>{text}</p>}
      <div class="over-actions">{children}</div>
    </main>
  );
}

function Home({ primary = false }: { primary?: boolean }) {
  return <Link to="" button={primary ? "primary" : "plain"} large>{t`Go to the home page`}</Link>;
}

const ASK_MS = 1000;

/** Ready within moments of the end; until then, say so. */
function Recording({ known, sessionId }: { known: string; sessionId: string }) {
  const [found, setFound] = useState<{ id: string; state: RecordingState } | null | undefined>(undefined);
  useEffect(() => {
    let timer = 0;
    let wanted = true;
    const ask = async () => {
      try {
        const id = known || (await api().session(sessionId)).recording?.id;
        const recording = id ? await api().recording(id) : null;
        if (!wanted) return;
        setFound(recording && { id: recording.id, state: recording.state });
        if (!recording || recording.state === "ready" || recording.state === "failed") return;
      } catch {
        // the next answer may be better
      }
      if (wanted) timer = window.setTimeout(ask, ASK_MS);
    };
    void ask();
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [known, sessionId]);

  if (found === null) {
    return (
      <>
        <p>{t`This class was not recorded.`}</p>
        <Home primary />
      </>
    );
  }
  if (found?.state === "failed") {
    return (
      <>
        <p>{t`The recording could not be finished. Your coordinator can see why.`}</p>
        <Home primary />
      </>
    );
  }
  return (
    <>
      {found?.state === "ready" ? (
        <Link to={`replay/${found.id}`} button="primary" large icon={play}>{t`Watch the recording`}</Link>
      ) : (
        <Busy text={t`The recording is being closed. It will be here in a moment.`} />
      )}
      <Home />
    </>
  );
}
