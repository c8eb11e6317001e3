// SPDX-License-Identifier: MIT
// Which sessions a person sees where on the home page. Times are milliseconds; `dayStart` is midnight where they are.
import type { Session } from "../api/types";

/** A class that nobody came to is let go this long after its end. */
const GRACE_MS = 30 * 60_000;

export interface Agenda {
  /** The one to enter: held now, else the next to come. */
  next: Session | null;
  today: Session[];
  week: Session[];
}

export function endOfSession(session: Session): number {
  return session.starts_at + session.length_min * 60_000;
}

/** Can one still go to it? */
export function isAhead(session: Session, now: number): boolean {
  if (session.state === "ended") return false;
  return session.state === "open" || session.state === "waiting" || now < endOfSession(session) + GRACE_MS;
}

export function planAgenda(sessions: readonly Session[], now: number, nextDayStart: number): Agenda {
  const inOrder = [...sessions].sort((a, b) => a.starts_at - b.starts_at);
  const ahead = inOrder.filter((session) => session.may.enter && isAhead(session, now));
  const next = ahead.find((session) => session.state === "open") ?? ahead.find((session) => session.state === "waiting") ?? ahead[0] ?? null;
  const others = inOrder.filter((session) => session !== next && (isAhead(session, now) || session.state === "ended"));
  return {
    next,
    today: others.filter((session) => session.starts_at < nextDayStart),
    week: others.filter((session) => session.starts_at >= nextDayStart),
  };
}
