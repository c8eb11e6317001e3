// SPDX-License-Identifier: MIT
// The timetable: what it shows is chosen above and on the left; a session that is pressed opens beside it.
import { t } from "@lingui/core/macro";
import { useEffect, useRef, useState } from "preact/hooks";
import type { PlannedSession } from "../../../api/timetable";
import { daysOfWeek, spanOf, weeksOfMonth } from "../../../academy/week";
import { addDays, addMonths, dayOf, instantOf, localOf, minutesOf, timeText } from "../../../academy/zone";
import { useFetched, useTitle } from "../../hooks";
import { Busy, Failed, Panel, toast } from "../../parts";
import { explain, isHost } from "../../session";
import { Details } from "./Details";
import { draftOf, newDraft, type Draft, type Place } from "./draft";
import { Editor, type Choices } from "./Editor";
import { FeedsDialog } from "./Feeds";
import { Filters } from "./Filters";
import { Head } from "./Head";
import { List } from "./List";
import { Month } from "./Month";
import { CancelDialog, MoveDialog, moveQuietly } from "./Move";
import {
  academyZone, chosenDay, filter, rememberInstructors, seenInstructors, shownDay, shownZone, timetable, view, type Ghost, type View,
} from "./state";
import { Week } from "./Week";
import "./timetable.css";

const ASK_AGAIN_MS = 30_000;
const WORKDAY_BEGINS = 9 * 60;

type Side = { shows: "details"; session: PlannedSession } | { shows: "editor"; draft: Draft } | null;
type Ask = { asks: "move"; session: PlannedSession; startsAt: number } | { asks: "cancel"; session: PlannedSession } | { asks: "feeds" } | null;

async function fetchChoices(): Promise<Choices> {
  const none = () => [];
  const [courses, venues, groups, instructors] = await Promise.all([
    timetable().courses(), timetable().venues().catch(none), timetable().groups().catch(none), timetable().instructors().catch(none),
  ]);
  return { courses, venues, groups, instructors };
}

function step(by: 1 | -1): void {
  chosenDay.value = view.value === "month" ? addMonths(`${shownDay().slice(0, 7)}-01`, by) : addDays(shownDay(), 7 * by);
}

export default function Timetable() {
  useTitle(t`Timetable`);
  const [day, zone] = [shownDay(), shownZone()];
  const { from, to } = spanOf(view.value === "month" ? weeksOfMonth(day).flat() : daysOfWeek(day), zone);
  const wanted = { from, to, ...filter.value };
  const { loaded, stale, reload } = useFetched(() => timetable().sessions(wanted), JSON.stringify(wanted), ASK_AGAIN_MS);
  const choices = useFetched(fetchChoices, "choices").loaded;
  const [side, setSide] = useState<Side>(null);
  const [ask, setAsk] = useState<Ask>(null);
  const [ghost, setGhost] = useState<Ghost | null>(null);
  const back = useRef<HTMLElement | null>(null);
  const last = useRef<readonly PlannedSession[]>([]);
  if (loaded.state === "ready") last.current = loaded.value.sessions;
  useEffect(() => rememberInstructors(last.current), [loaded]);

  const open = (next: Side) => {
    if (!side) back.current = document.activeElement as HTMLElement | null;
    setSide(next);
  };
  const close = () => {
    const session = side?.shows === "details" ? side.session.id : side?.draft.session?.id;
    setSide(null);
    requestAnimationFrame(() => {
      const there = session && document.querySelector<HTMLElement>(`[data-session="${CSS.escape(session)}"]`);
      (there || back.current)?.focus();
    });
  };
  const plan = (place: Place) => {
    const course = filter.value.course || (choices.state === "ready" ? choices.value.courses[0]?.id : "");
    if (course) open({ shows: "editor", draft: newDraft(course, academyZone(), place) });
    else toast(t`There is no course yet. A coordinator adds the first.`);
  };
  const edit = (session: PlannedSession) => {
    timetable().session(session.id).then((whole) => setSide({ shows: "editor", draft: draftOf(whole) }), (error: unknown) => toast(explain(error)));
  };
  const move = (session: PlannedSession, startsAt: number) => {
    if (startsAt === session.starts_at) return;
    if (startsAt <= Date.now()) return toast(t`Choose a time that is still to come.`);
    moveQuietly(session, startsAt, reload).then(
      (done) => done || setAsk({ asks: "move", session, startsAt }),
      (error: unknown) => toast(explain(error)),
    );
  };
  const done = (startsAt?: number) => {
    if (startsAt !== undefined && (startsAt < from || startsAt >= to)) chosenDay.value = dayOf(startsAt, zone);
    setSide(null);
    reload();
  };
  const tomorrow = addDays(dayOf(Date.now(), academyZone()), 1);
  const newDay = day > tomorrow ? day : tomorrow;
  const props = {
    day, zone, sessions: last.current, chosen: side?.shows === "details" ? side.session.id : "",
    onChoose: (session: PlannedSession) => open({ shows: "details", session }),
  };
  return (
    <div class={`timetable timetable-${view.value}${side ? " timetable-beside" : ""}`} onKeyDown={turnPages}>
      <Head
        day={day}
        onStep={step}
        onNew={isHost() ? () => plan({ day: newDay, from: WORKDAY_BEGINS, minutes: 60 }) : null}
        onFeeds={() => setAsk({ asks: "feeds" })}
      />
      <Filters choices={choices.state === "ready" ? choices.value : null} instructors={seenInstructors.value} />
      <div class="timetable-main" aria-busy={loaded.state === "loading"}>
        {stale && loaded.state === "ready" && (
          <p class="stale" role="status">{t`The server cannot be reached. What you see may be out of date.`}</p>
        )}
        {loaded.state === "failed" && <Failed title={t`The timetable did not load`} text={explain(loaded.error)} onRetry={reload} />}
        {loaded.state === "loading" && last.current.length === 0 && view.value === "list" && <Busy text={t`Fetching the timetable…`} />}
        {loaded.state !== "failed" && view.value === "week" && (
          <Week {...props} ghost={ghost} onMove={move} onDraw={isHost() ? (on, at, minutes) => plan(toAcademy({ day: on, from: at, minutes }, zone)) : null} />
        )}
        {loaded.state !== "failed" && view.value === "month" && <Month {...props} onWeek={(one) => show(one)} />}
        {loaded.state === "ready" && view.value === "list" && <List {...props} />}
      </div>
      {side && (
        <div class="timetable-side" onKeyDown={(event) => event.key === "Escape" && !ask && close()}>
          <SidePanel side={side} choices={choices.state === "ready" ? choices.value : null} onClose={close} onEdit={edit} onAsk={setAsk} onGhost={setGhost} onSaved={done} />
        </div>
      )}
      {ask?.asks === "move" && <MoveDialog {...ask} onClose={() => setAsk(null)} onDone={reload} />}
      {ask?.asks === "cancel" && <CancelDialog {...ask} onClose={() => setAsk(null)} onDone={done} />}
      {ask?.asks === "feeds" && <FeedsDialog onClose={() => setAsk(null)} />}
    </div>
  );
}

/** A place on the clock that is looked at, on the academy's. */
function toAcademy({ day, from, minutes }: Place, zone: string): Place {
  const local = localOf(instantOf(`${day}T${timeText(from)}`, zone), academyZone());
  return { day: local.slice(0, 10), from: minutesOf(local), minutes };
}

function show(day: string): void {
  chosenDay.value = day;
  const next: View = matchMedia("(max-width: 760px)").matches ? "list" : "week";
  view.value = next;
}

/** Left and right go from week to week, wherever they mean nothing else. */
function turnPages(event: KeyboardEvent): void {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if ((event.target as Element).closest("input, select, textarea, dialog, [role=menu], [role=tablist], .timetable-side")) return;
  if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
  event.preventDefault();
  step(event.key === "ArrowLeft" ? -1 : 1);
}

interface SideProps {
  side: NonNullable<Side>;
  choices: Choices | null;
  onClose: () => void;
  onEdit: (session: PlannedSession) => void;
  onAsk: (ask: Ask) => void;
  onGhost: (ghost: Ghost | null) => void;
  onSaved: (startsAt: number) => void;
}

function SidePanel({ side, choices, onClose, onEdit, onAsk, onGhost, onSaved }: SideProps) {
  const panel = useRef<HTMLDivElement>(null);
  const what = side.shows === "details" ? side.session.id : "";
  useEffect(() => {
    if (side.shows === "details") panel.current?.focus();
  }, [what]);
  if (side.shows === "details") {
    const { session } = side;
    return (
      <Panel title={t`Session`} onClose={onClose}>
        <div ref={panel} tabIndex={-1} class="timetable-focus">
          <Details session={session} onEdit={() => onEdit(session)} onCancel={() => onAsk({ asks: "cancel", session })} />
        </div>
      </Panel>
    );
  }
  return (
    <Panel title={side.draft.session ? t`Edit the session` : t`New session`} onClose={onClose}>
      {choices ? (
        <Editor key={side.draft.session?.id ?? `${side.draft.day}T${side.draft.time}`} first={side.draft} choices={choices} onGhost={onGhost} onClose={onClose} onSaved={onSaved} />
      ) : <Busy text={t`One moment…`} />}
    </Panel>
  );
}
