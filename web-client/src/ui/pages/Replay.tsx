// SPDX-License-Identifier: MIT
// The page of one recording: fetches it, says so when it is not ready, and gives it to the theatre.
import { t } from "@lingui/core/macro";
import type { ComponentChildren } from "preact";
import film from "lucide-static/icons/film.svg?icon";
import circle from "lucide-static/icons/circle-dot.svg?icon";
import warning from "lucide-static/icons/triangle-alert.svg?icon";
import type { RecordingDetail } from "../../api/client";
import { createTimeline, type Timeline } from "../../replay/timeline";
import { Bar } from "../Bar";
import { useFetched, useTitle } from "../hooks";
import { Link } from "../Link";
import { Busy, EmptyState, Failed } from "../parts";
import { Theatre } from "../replay/Theatre";
import { api, explain } from "../session";

/** While the recording is on its way, it is asked for again this often. */
const ASK_AGAIN_MS = 2000;

interface Fetched {
  recording: RecordingDetail;
  timeline: Timeline | null;
}

async function fetchRecording(id: string): Promise<Fetched> {
  const recording = await api().recording(id);
  if (recording.state !== "ready" || !recording.manifest) return { recording, timeline: null };
  return { recording, timeline: createTimeline(recording.manifest, await api().recordingEvents(id)) };
}

export default function Replay({ recordingId, at }: { recordingId: string; at: string | null }) {
  const first = useFetched(() => fetchRecording(recordingId), recordingId);
  const fetched = first.loaded.state === "ready" ? first.loaded.value : null;
  useTitle(fetched?.recording.session.title ?? t`Recording`);

  if (fetched?.timeline) return <Theatre recording={fetched.recording} timeline={fetched.timeline} at={at} />;
  return (
    <Framed>
      {first.loaded.state === "loading" && <Busy text={t`Opening the recording…`} />}
      {first.loaded.state === "failed" && (
        <Failed alone title={t`The recording did not open`} text={explain(first.loaded.error)} onRetry={first.reload} />
      )}
      {fetched && <NotReady recording={fetched.recording} reload={first.reload} />}
    </Framed>
  );
}

function Framed({ children }: { children: ComponentChildren }) {
  return (
    <>
      <Bar />
      <main class="page" id="content">{children}</main>
    </>
  );
}

function NotReady({ recording, reload }: { recording: RecordingDetail; reload: () => void }) {
  // Asked by a fetch of its own, so that the page does not flicker.
  const watch = useFetched(() => api().recording(recording.id), recording.id, ASK_AGAIN_MS);
  const state = watch.loaded.state === "ready" ? watch.loaded.value.state : recording.state;
  if (state === "ready" && recording.state !== "ready") reload();
  const library = <Link to="library" button="plain">{t`Go to the library`}</Link>;
  if (state === "recording") {
    return (
      <EmptyState
        alone
        icon={circle}
        title={t`This class is being recorded now`}
        text={t`You can watch it here as soon as the class has ended. This page opens it by itself.`}
        action={<Link to={`class/${recording.session.id}`} button="primary">{t`Go to the class`}</Link>}
      />
    );
  }
  if (state === "failed") {
    return (
      <EmptyState
        alone
        icon={warning}
        title={t`There is nothing to watch`}
        text={t`No sound and no picture of this class could be saved. The coordinator of your academy can see why.`}
        action={library}
      />
    );
  }
  return (
    <EmptyState
      alone
      icon={film}
      title={t`The recording is being finished`}
      text={t`This takes a few seconds. The page opens it by itself.`}
      action={library}
    />
  );
}
