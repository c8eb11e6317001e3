// SPDX-License-Identifier: MIT
// A recording on show: the stage with its controls, and beside it chapters and chat.
import { t } from "@lingui/core/macro";
import { useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import back from "lucide-static/icons/arrow-left.svg?icon";
import panel from "lucide-static/icons/panel-right.svg?icon";
import type { RecordingDetail } from "../../api/client";
import { dateOfYear } from "../../i18n/format";
import { allWatched, placeToGoOn, rememberPlace } from "../../replay/memory";
import { Player } from "../../replay/player";
import { firstMoment, parseMoment, type Timeline } from "../../replay/timeline";
import { Watching } from "../../replay/watching";
import { Link } from "../Link";
import { Badge, IconButton } from "../parts";
import { Icon } from "../parts/Icon";
import { api, person } from "../session";
import { Controls } from "./Controls";
import { KeyHelp, useKeys } from "./keys";
import { Side } from "./Side";
import { Stage } from "./Stage";
import "./Theatre.css";

const TICK_MS = 500;
/** In ticks: the place on this device, and what was watched to the server. */
const KEEP_EVERY = 10;
const TELL_EVERY = 120;

export interface TheatreProps {
  recording: RecordingDetail;
  timeline: Timeline;
  /** A moment of the address, as 1h10m5s. */
  at: string | null;
}

export function Theatre({ recording, timeline, at }: TheatreProps) {
  const who = person.value?.id ?? "";
  const player = useMemo(() => {
    const start = parseMoment(at) ?? placeToGoOn(allWatched(who)[recording.id]) ?? firstMoment(timeline);
    return new Player(timeline, recording.base, start);
  }, [timeline, recording.base, at]);
  const root = useRef<HTMLDivElement>(null);
  const swapped = useSignal(false);
  const sideOpen = useSignal(true);
  const helpOpen = useSignal(false);
  const acts = {
    swap: () => (swapped.value = !swapped.value),
    fullScreen: () => toggleFullScreen(root.current),
    help: () => (helpOpen.value = true),
  };
  useKeys(player, timeline, acts);

  useEffect(() => {
    const watching = new Watching();
    const keep = () => {
      const place = { at: player.position.value, duration: timeline.duration, when: Date.now() };
      rememberPlace(who, recording.id, place);
    };
    const tell = () => {
      const ranges = watching.take();
      if (ranges.length > 0) api().watched(recording.id, ranges).catch(() => watching.putBack(ranges));
    };
    const leave = () => (keep(), tell());
    let ticks = 0;
    const timer = setInterval(() => {
      ticks++;
      if (player.state.value === "playing") {
        watching.note(player.position.value);
        if (ticks % KEEP_EVERY === 0) keep();
      }
      if (ticks % TELL_EVERY === 0) tell();
    }, TICK_MS);
    addEventListener("pagehide", leave);
    return () => {
      leave();
      clearInterval(timer);
      removeEventListener("pagehide", leave);
      player.destroy();
    };
  }, [player]);

  return (
    <div class={`theatre${sideOpen.value ? "" : " theatre-wide"}`} ref={root}>
      <header class="theatre-head" data-theme="dark">
        <Link to="library" class="button button-quiet button-icon" aria-label={t`Back to the library`} title={t`Back to the library`}>
          <Icon of={back} />
        </Link>
        <div class="theatre-title">
          <h1 class="clip">{recording.session.title}</h1>
          <p class="clip">{recording.course.title} · {dateOfYear(recording.started_at)}</p>
        </div>
        {timeline.recovered && (
          <span title={t`The recording was interrupted and put together again.`}><Badge kind="warn">{t`Recovered`}</Badge></span>
        )}
        <IconButton
          class="theatre-side-button"
          icon={panel}
          label={t`Chapters and chat`}
          aria-expanded={sideOpen.value}
          onClick={() => (sideOpen.value = !sideOpen.value)}
        />
      </header>
      <main class="theatre-main" data-theme="dark" id="content">
        <Stage player={player} timeline={timeline} swapped={swapped.value} />
        <Controls player={player} timeline={timeline} acts={acts} />
      </main>
      {sideOpen.value && <Side player={player} timeline={timeline} />}
      {helpOpen.value && <KeyHelp onClose={() => (helpOpen.value = false)} />}
    </div>
  );
}

function toggleFullScreen(element: HTMLElement | null): void {
  if (document.fullscreenElement) void document.exitFullscreen();
  else void element?.requestFullscreen?.().catch(() => undefined); // refused: the page stays as it is
}
