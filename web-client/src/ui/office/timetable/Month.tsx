// SPDX-License-Identifier: MIT
// Whole weeks of a month; a day shows the first of its sessions, and leads to its week for the rest.
import { plural, t } from "@lingui/core/macro";
import type { PlannedSession } from "../../../api/timetable";
import { byDay, daysOfWeek, weeksOfMonth } from "../../../academy/week";
import { dayOf, noonOf } from "../../../academy/zone";
import { clockTime } from "../../../i18n/format";
import { useNow } from "../../hooks";
import { dayWords, spoken } from "./words";
import "./month.css";

const MOST_SHOWN = 3;

export interface MonthProps {
  day: string;
  zone: string;
  sessions: readonly PlannedSession[];
  chosen: string;
  onChoose: (session: PlannedSession) => void;
  onWeek: (day: string) => void;
}

export function Month({ day, zone, sessions, chosen, onChoose, onWeek }: MonthProps) {
  const today = dayOf(useNow(60_000), zone);
  const days = byDay(sessions, zone);
  const short = new Intl.DateTimeFormat(document.documentElement.lang, { weekday: "short", timeZone: "UTC" });
  return (
    <div class="month" role="region" tabIndex={0} aria-label={t`Month`}>
      <table>
        <thead>
          <tr>{daysOfWeek(day).map((one) => <th scope="col" class="small quiet" key={one}>{short.format(noonOf(one))}</th>)}</tr>
        </thead>
        <tbody>
          {weeksOfMonth(day).map((week) => (
            <tr key={week[0]}>
              {week.map((one) => (
                <td key={one} class={one.slice(0, 7) === day.slice(0, 7) ? "" : "month-other"} aria-current={one === today ? "date" : undefined}>
                  <button type="button" class="month-day numbers" aria-label={dayWords(one)} onClick={() => onWeek(one)}>{Number(one.slice(8, 10))}</button>
                  <Day day={one} zone={zone} sessions={days.get(one) ?? []} chosen={chosen} onChoose={onChoose} onWeek={onWeek} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Day({ day, zone, sessions, chosen, onChoose, onWeek }: MonthProps) {
  const shown = sessions.length > MOST_SHOWN + 1 ? sessions.slice(0, MOST_SHOWN) : sessions;
  const more = sessions.length - shown.length;
  const count = sessions.length;
  return (
    <>
      {shown.map((session) => (
        <button
          key={session.id}
          type="button"
          class={`month-session${session.cancelled ? " month-off" : ""}`}
          style={{ "--course": session.course.colour }}
          aria-expanded={chosen === session.id}
          title={spoken(session)}
          onClick={() => onChoose(session)}
        >
          <span class="unseen">{spoken(session)}</span>
          <span aria-hidden="true"><span class="numbers">{clockTime(session.starts_at, zone)}</span> {session.title}</span>
        </button>
      ))}
      {more > 0 && (
        <button type="button" class="month-more" onClick={() => onWeek(day)}>
          <span class="unseen">{dayWords(day)}: {plural(count, { one: "# session", other: "# sessions" })}</span>
          <span aria-hidden="true">{plural(more, { one: "# more", other: "# more" })}</span>
        </button>
      )}
      {count > 0 && <span class="month-dots" aria-hidden="true">{sessions.slice(0, 4).map((session) => <i key={session.id} style={{ "--course": session.course.colour }} />)}</span>}
    </>
  );
}
