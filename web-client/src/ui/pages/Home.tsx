// SPDX-License-Identifier: MIT
// What is next, and the way in with one press; then today, the week, and what one was watching.
import { plural, t } from "@lingui/core/macro";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import calendar from "lucide-static/icons/calendar.svg?icon";
import clock from "lucide-static/icons/clock.svg?icon";
import enter from "lucide-static/icons/log-in.svg?icon";
import people from "lucide-static/icons/users-round.svg?icon";
import plus from "lucide-static/icons/plus.svg?icon";
import teacher from "lucide-static/icons/user-round.svg?icon";
import { planAgenda } from "../../academy/agenda";
import type { Recording, Session } from "../../api/types";
import { clockTime, day, length, shortDay, stopwatch, zoneName, zonesDiffer } from "../../i18n/format";
import { allWatched, placeToGoOn } from "../../replay/memory";
import { useFetched, useNow, useTitle } from "../hooks";
import { Link } from "../Link";
import { Badge, Busy, Button, EmptyState, Failed, Icon, Row, Rows } from "../parts";
import { api, explain, isHost, person } from "../session";
import "./Home.css";
import { NewClass } from "./NewClass";

const DAY_MS = 86_400_000;
const WEEK_DAYS = 7;
const ASK_AGAIN_MS = 15_000;
const MOST_TO_CONTINUE = 3;

interface Fetched {
  sessions: Session[];
  recordings: Recording[];
  /** Server's clock less ours. */
  ahead: number;
}

function midnight(): number {
  return new Date().setHours(0, 0, 0, 0);
}

async function fetchHome(): Promise<Fetched> {
  const from = midnight();
  const [plan, recordings] = await Promise.all([
    api().sessions(from, from + WEEK_DAYS * DAY_MS),
    api().recordings(),
  ]);
  return { sessions: plan.sessions, recordings, ahead: plan.now - Date.now() };
}

export default function Home() {
  useTitle(t`Home`);
  const { loaded, stale, reload } = useFetched(fetchHome, "home", ASK_AGAIN_MS);
  const [creating, setCreating] = useState(false);
  const name = person.value?.name ?? "";
  const site = person.value?.site.name ?? "";
  return (
    <div class="home">
      <div class="home-head">
        <div>
          <p class="quiet">{site}</p>
          <h1>{t`Good day, ${name}`}</h1>
        </div>
        {isHost() && <Button icon={plus} onClick={() => setCreating(true)}>{t`New class`}</Button>}
      </div>
      {stale && loaded.state === "ready" && (
        <p class="stale" role="status">{t`The server cannot be reached. What you see may be out of date.`}</p>
      )}
      {loaded.state === "loading" && <Busy text={t`Fetching your classes…`} />}
      {loaded.state === "failed" && (
        <Failed title={t`Your classes did not load`} text={explain(loaded.error)} onRetry={reload} />
      )}
      {loaded.state === "ready" && <Plan {...loaded.value} />}
      {creating && <NewClass onClose={() => setCreating(false)} onCreated={reload} />}
    </div>
  );
}

function Plan({ sessions, recordings, ahead }: Fetched) {
  const now = useNow(1000) + ahead;
  const nextDay = midnight() + DAY_MS;
  const agenda = planAgenda(sessions, now, nextDay);
  return (
    <>
      <section aria-labelledby="next-class">
        <h2 id="next-class">{agenda.next?.state === "open" ? t`Your class now` : t`Your next class`}</h2>
        {agenda.next ? <Next session={agenda.next} now={now} /> : (
          <EmptyState icon={calendar} title={t`No class in the next seven days`} text={t`When a class is planned for you, it stands here.`} />
        )}
      </section>
      <Sessions id="today" title={t`Today`} sessions={agenda.today} />
      <Sessions id="week" title={t`This week`} sessions={agenda.week} withDay />
      <Continue recordings={recordings} />
    </>
  );
}

function Next({ session, now }: { session: Session; now: number }) {
  const present = session.present;
  return (
    <div class="next" style={{ "--course": session.course.colour }} data-session={session.id} data-state={session.state}>
      <div>
        <p class="next-top">
          <span>{session.course.title}</span>
          <SessionState session={session} />
        </p>
        <h3>{session.title}</h3>
        <p class="next-facts">
          <span><Icon of={clock} size={18} /><When session={session} now={now} /></span>
          <span><Icon of={teacher} size={18} />{names(session)}</span>
          {present > 0 && (
            <span class="numbers"><Icon of={people} size={18} />{plural(present, { one: "# person in class", other: "# people in class" })}</span>
          )}
        </p>
      </div>
      <div class="next-act">
        <Countdown session={session} now={now} />
        <Link to={`class/${session.id}`} button="primary" large icon={enter}>{t`Enter`}</Link>
      </div>
    </div>
  );
}

/** In the reader's zone, and in the academy's where the two differ. */
function When({ session, now }: { session: Session; now: number }) {
  const at = session.starts_at;
  const isToday = shortDay(at) === shortDay(now);
  const here = clockTime(at);
  const span = isToday ? here : `${day(at)}, ${here}`;
  if (!zonesDiffer(at, session.time_zone)) return <span class="numbers">{span}</span>;
  const [zone, time, theirs] = [zoneName(at), clockTime(at, session.time_zone), zoneName(at, session.time_zone)];
  return <span class="numbers">{t`${span} ${zone}, at the academy ${time} ${theirs}`}</span>;
}

const SOON_MS = 60 * 60_000;

function Countdown({ session, now }: { session: Session; now: number }) {
  const left = session.starts_at - now;
  if (session.state === "open") return <p class="next-countdown">{t`Going on now`}</p>;
  if (left <= 0) {
    return <p class="next-countdown">{session.may.host ? t`You can open it now` : t`Waiting for the instructor`}</p>;
  }
  const wait = left < SOON_MS ? stopwatch(left) : left < DAY_MS ? length(left) : shortDay(session.starts_at);
  return (
    <p class="next-countdown numbers" role="timer" aria-live="off">
      {left < DAY_MS ? t`Begins in ${wait}` : wait}
    </p>
  );
}

function SessionState({ session }: { session: Session }) {
  if (session.state === "open") return <Badge kind="live">{t`Live`}</Badge>;
  if (session.state === "waiting") return <Badge kind="warn">{t`Waiting`}</Badge>;
  if (session.state === "ended") return <Badge>{t`Ended`}</Badge>;
  return null;
}

function names(session: Session): string {
  return session.instructors.map((one) => one.name).join(", ");
}

function Sessions({ id, title, sessions, withDay }: { id: string; title: string; sessions: readonly Session[]; withDay?: boolean }) {
  if (sessions.length === 0) return null;
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <Rows label={title}>
        {sessions.map((session) => (
          <Row
            key={session.id}
            lead={<div class="row-time numbers">{clockTime(session.starts_at)}{withDay && <span class="small">{shortDay(session.starts_at)}</span>}</div>}
            title={session.title}
            text={<><Course colour={session.course.colour}>{session.course.title}</Course>{names(session) && ` · ${names(session)}`}</>}
            end={<><SessionState session={session} /><SessionAct session={session} early={withDay === true} /></>}
          />
        ))}
      </Rows>
    </section>
  );
}

export function Course({ colour, children }: { colour: string; children: ComponentChildren }) {
  return <span class="row-course" style={{ "--course": colour }}>{children}</span>;
}

/** One enters on the day; hosts may see to their room before. */
function SessionAct({ session, early }: { session: Session; early: boolean }) {
  const title = session.title;
  if (session.recording) {
    return <Link to={`replay/${session.recording.id}`} button="plain" aria-label={t`Watch ${title}`}>{t`Watch`}</Link>;
  }
  if (session.state === "ended" || !session.may.enter || (early && !session.may.host)) return null;
  return <Link to={`class/${session.id}`} button="plain" aria-label={t`Enter ${title}`}>{t`Enter`}</Link>;
}

function Continue({ recordings }: { recordings: readonly Recording[] }) {
  const watched = allWatched(person.value?.id ?? "");
  const begun = recordings.flatMap((recording) => {
    const at = recording.state === "ready" ? placeToGoOn(watched[recording.id]) : null;
    return at === null ? [] : [{ recording, at, when: watched[recording.id]?.when ?? 0 }];
  });
  begun.sort((a, b) => b.when - a.when);
  if (begun.length === 0) return null;
  return (
    <section aria-labelledby="continue">
      <h2 id="continue">{t`Continue watching`}</h2>
      <Rows label={t`Continue watching`}>
        {begun.slice(0, MOST_TO_CONTINUE).map(({ recording, at }) => {
          const title = recording.session.title;
          const [here, whole] = [stopwatch(at), stopwatch(recording.duration_ms)];
          return (
            <Row
              key={recording.id}
              title={title}
              text={<><Course colour={recording.course.colour}>{recording.course.title}</Course> · <span class="numbers">{t`${here} of ${whole}`}</span></>}
              end={
                <>
                  <span class="progress" aria-hidden="true"><span style={{ width: `${(100 * at) / recording.duration_ms}%` }} /></span>
                  <Link to={`replay/${recording.id}`} button="plain" aria-label={t`Continue ${title}`}>{t`Continue`}</Link>
                </>
              }
            />
          );
        })}
      </Rows>
    </section>
  );
}
