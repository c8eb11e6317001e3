// SPDX-License-Identifier: MIT
// The week as one reads a timetable: day by day, row by row. What a phone shows.
import { t } from "@lingui/core/macro";
import calendar from "lucide-static/icons/calendar.svg?icon";
import type { PlannedSession } from "../../../api/timetable";
import { byDay } from "../../../academy/week";
import { dayOf } from "../../../academy/zone";
import { clockTime } from "../../../i18n/format";
import { useNow } from "../../hooks";
import { Badge, EmptyState, Rows } from "../../parts";
import { dayWords, namesOf, otherSpell, spell, spoken } from "./words";
import "./list.css";

export interface ListProps {
  zone: string;
  sessions: readonly PlannedSession[];
  chosen: string;
  onChoose: (session: PlannedSession) => void;
}

export function List({ zone, sessions, chosen, onChoose }: ListProps) {
  const today = dayOf(useNow(60_000), zone);
  if (sessions.length === 0) {
    return <EmptyState icon={calendar} title={t`No session in this week`} text={t`Look at another week, or take filters away.`} />;
  }
  return (
    <div class="agenda">
      {[...byDay(sessions, zone)].map(([day, own]) => (
        <section key={day} aria-labelledby={`day-${day}`}>
          <h2 id={`day-${day}`}>{dayWords(day)}{day === today && <> · <span class="agenda-today">{t`Today`}</span></>}</h2>
          <Rows label={dayWords(day)}>
            {own.map((session) => <Line key={session.id} session={session} zone={zone} chosen={chosen === session.id} onChoose={onChoose} />)}
          </Rows>
        </section>
      ))}
    </div>
  );
}

interface LineProps {
  session: PlannedSession;
  zone: string;
  chosen: boolean;
  onChoose: (session: PlannedSession) => void;
}

function Line({ session, zone, chosen, onChoose }: LineProps) {
  return (
    <li class="agenda-row">
      <button type="button" style={{ "--course": session.course.colour }} aria-expanded={chosen} data-session={session.id} onClick={() => onChoose(session)}>
        <span class="unseen">{spoken(session)}</span>
        <span class="agenda-time numbers" aria-hidden="true">
          <strong>{clockTime(session.starts_at, zone)}</strong>
          <span class="small quiet">{spell(session).split("–")[1]}</span>
        </span>
        <span class="agenda-main" aria-hidden="true">
          <span class={`agenda-title${session.cancelled ? " agenda-off" : ""}`}>{session.title}</span>
          <span class="small quiet">{[session.course.title, session.venue?.name, namesOf(session)].filter(Boolean).join(" · ")}</span>
          {otherSpell(session) && <span class="small quiet numbers">{otherSpell(session)}</span>}
        </span>
        <span aria-hidden="true"><StateBadge session={session} /></span>
      </button>
    </li>
  );
}

export function StateBadge({ session }: { session: PlannedSession }) {
  if (session.cancelled) return <Badge>{t`Cancelled`}</Badge>;
  if (session.state === "open") return <Badge kind="live">{t`Live`}</Badge>;
  if (session.state === "waiting") return <Badge kind="warn">{t`Waiting`}</Badge>;
  if (session.state === "ended") return <Badge>{t`Ended`}</Badge>;
  return null;
}
