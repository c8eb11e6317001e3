// SPDX-License-Identifier: MIT
// Seven days beside each other over the hours of the clock. One draws a new session with the pointer and drags those that
// may be moved; with the keyboard Shift and the arrows move one, Enter lets it stand there, Escape puts it back.
import { t } from "@lingui/core/macro";
import { useEffect, useRef, useState } from "preact/hooks";
import type { PlannedSession } from "../../../api/timetable";
import { drawn, dropped, columnAt, STEP_MINUTES } from "../../../academy/drag";
import { blocksOf, DAY_MINUTES, daysOfWeek, firstHour, type Block as Placed } from "../../../academy/week";
import { addDays, dayOf, instantOf, localOf, minutesOf, noonOf, timeText } from "../../../academy/zone";
import { clockTime, day as longDay, zoneName } from "../../../i18n/format";
import { useNow } from "../../hooks";
import { Block, GhostBlock } from "./Block";
import { academyZone, mayChange, readerZone, type Ghost } from "./state";
import { dayWords } from "./words";
import "./week.css";

const HOUR_PX = 58;
const PX_PER_MINUTE = HOUR_PX / 60;
/** The pointer must move as far before a press becomes a drag. */
const SLACK_PX = 5;

export interface WeekProps {
  day: string;
  zone: string;
  sessions: readonly PlannedSession[];
  ghost: Ghost | null;
  chosen: string;
  onChoose: (session: PlannedSession) => void;
  onMove: (session: PlannedSession, startsAt: number) => void;
  /** Null: the person plans nothing. */
  onDraw: ((day: string, from: number, minutes: number) => void) | null;
}

/** Where something is while it is held. */
interface Held {
  session: PlannedSession | null;
  day: string;
  from: number;
  minutes: number;
}

export function Week(props: WeekProps) {
  const { day, zone, sessions, ghost } = props;
  const days = daysOfWeek(day);
  const now = useNow(30_000);
  const grid = useRef<HTMLDivElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  const [held, setHeld] = useState<Held | null>(null);
  const blocks = blocksOf(sessions, days, zone);
  const ghosts = ghostBlocks(ghost, days, zone);
  const start = days[0] ?? "";
  useEffect(() => {
    if (frame.current) frame.current.scrollTop = firstHour(blocks) * HOUR_PX - 8;
  }, [start, zone]);

  const whereIs = (event: PointerEvent) => {
    const box = grid.current?.getBoundingClientRect() ?? new DOMRect();
    const day = days[columnAt(event.clientX, box.left, box.width, 7)] ?? start;
    return { day, minutes: (event.clientY - box.top) / PX_PER_MINUTE };
  };
  const drop = (to: Held) => {
    setHeld(null);
    if (to.session) props.onMove(to.session, instantOf(`${to.day}T${timeText(to.from)}`, zone));
    else props.onDraw?.(to.day, to.from, to.minutes);
  };
  const grab = (event: PointerEvent, placed: Placed<PlannedSession> | null) => {
    if (event.button !== 0 || event.pointerType === "touch" || (placed ? !mayChange(placed.item) : !props.onDraw)) return;
    const begun = whereIs(event);
    const hold = placed ? begun.minutes - placed.from : 0;
    const place = (move: PointerEvent): Held => {
      const at = whereIs(move);
      if (placed) return { session: placed.item, day: at.day, from: dropped(at.minutes, hold), minutes: placed.item.length_min };
      return { session: null, day: begun.day, ...drawn(begun.minutes, at.minutes) };
    };
    follow(event, (move) => setHeld(place(move)), (end) => drop(place(end)), () => setHeld(null));
  };
  const onKey = (event: KeyboardEvent, session: PlannedSession) => {
    const mine = held?.session?.id === session.id ? held : null;
    if (mine && event.key === "Escape") setHeld(null);
    else if (mine && event.key === "Enter") drop(mine);
    else if (event.shiftKey && event.key.startsWith("Arrow") && mayChange(session)) setHeld(stepped(mine ?? heldAt(session, zone), event.key));
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const heldWords = held?.session ? `${dayWords(held.day)}, ${timeText(held.from)}` : "";
  return (
    <div class="week" ref={frame} role="region" tabIndex={0} aria-label={t`Week`} style={{ "--hour": `${HOUR_PX}px` }}>
      <p class="unseen" role="status">{heldWords && t`${heldWords}: Enter moves it there, Escape puts it back.`}</p>
      <div class="week-head">
        <div class="week-zone small quiet">{zoneName(noonOf(day), zone)}</div>
        {days.map((one) => <DayHead key={one} day={one} today={one === dayOf(now, zone)} />)}
      </div>
      <div class="week-body">
        <Hours day={day} zone={zone} />
        <div class="week-grid" ref={grid}>
          {days.map((one) => (
            <section key={one} class="week-day" aria-label={dayWords(one)} onPointerDown={(event) => event.target === event.currentTarget && grab(event, null)}>
              {one === dayOf(now, zone) && <div class="week-now" style={{ top: `${minutesOf(localOf(now, zone)) * PX_PER_MINUTE}px` }} />}
              {blocks.filter((block) => block.day === one).map((block) => (
                <Block
                  key={`${block.item.id}${block.isRest ? "+" : ""}`}
                  placed={block}
                  scale={PX_PER_MINUTE}
                  chosen={props.chosen === block.item.id}
                  faded={held?.session?.id === block.item.id || (ghosts.length > 0 && ghost?.session === block.item.id)}
                  movable={mayChange(block.item)}
                  onChoose={() => props.onChoose(block.item)}
                  onPointerDown={(event) => grab(event, block)}
                  onKeyDown={(event) => onKey(event, block.item)}
                  onBlur={() => setHeld((before) => (before?.session?.id === block.item.id ? null : before))}
                />
              ))}
              {ghosts.filter((one_) => one_.day === one).map((block) => (
                <GhostBlock key={block.item.starts_at} placed={block} scale={PX_PER_MINUTE} title={ghost?.title ?? ""} clashes={block.item.clashes} />
              ))}
              {held?.day === one && <HeldBlock held={held} />}
            </section>
          ))}
        </div>
      </div>
    </div>
  );
}

function heldAt(session: PlannedSession, zone: string): Held {
  const local = localOf(session.starts_at, zone);
  return { session, day: local.slice(0, 10), from: minutesOf(local), minutes: session.length_min };
}

function stepped(held: Held, key: string): Held {
  if (key === "ArrowLeft") return { ...held, day: addDays(held.day, -1) };
  if (key === "ArrowRight") return { ...held, day: addDays(held.day, 1) };
  const from = held.from + (key === "ArrowUp" ? -STEP_MINUTES : STEP_MINUTES);
  return { ...held, from: Math.min(DAY_MINUTES - STEP_MINUTES, Math.max(0, from)) };
}

/** Until the pointer is let go; a press that does not move stays a press. */
function follow(begun: PointerEvent, onMove: (event: PointerEvent) => void, onDrop: (event: PointerEvent) => void, onGiveUp: () => void) {
  let moved = false;
  const stop = new AbortController();
  const over = () => stop.abort();
  const listen = <K extends keyof WindowEventMap>(name: K, then: (event: WindowEventMap[K]) => void) =>
    addEventListener(name, then, { signal: stop.signal, capture: true });
  listen("pointermove", (event) => {
    moved ||= Math.hypot(event.clientX - begun.clientX, event.clientY - begun.clientY) > SLACK_PX;
    if (moved) onMove(event);
  });
  listen("pointerup", (event) => {
    over();
    if (!moved) return;
    addEventListener("click", (click) => click.stopPropagation(), { capture: true, once: true });
    setTimeout(() => onDrop(event)); // after the click that ends it
  });
  const giveUp = () => {
    over();
    onGiveUp();
  };
  listen("pointercancel", giveUp);
  addEventListener("blur", giveUp, { signal: stop.signal }); // of the window; captured, it would be any field's
  listen("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    giveUp();
  });
}

function ghostBlocks(ghost: Ghost | null, days: readonly string[], zone: string) {
  if (!ghost) return [];
  const occurrences = ghost.checked?.occurrences ?? [{ session: null, starts_at: ghost.starts_at, cancelled: false, clashes: [] }];
  const spells = occurrences.filter((one) => !one.cancelled).map((one) => ({ ...one, length_min: ghost.minutes }));
  return blocksOf(spells.filter((one) => !Number.isNaN(one.starts_at)), days, zone);
}

function DayHead({ day, today }: { day: string; today: boolean }) {
  const words = longDay(noonOf(day), "UTC");
  return (
    <div class={`week-day-head${today ? " week-today" : ""}`} aria-current={today ? "date" : undefined} title={words}>
      <span class="small">{new Intl.DateTimeFormat(document.documentElement.lang, { weekday: "short", timeZone: "UTC" }).format(noonOf(day))}</span>
      <strong class="numbers">{Number(day.slice(8, 10))}</strong>
    </div>
  );
}

/** The hours of the clock that is looked at; under them those of the other one where it is the same all week. */
function Hours({ day, zone }: { day: string; zone: string }) {
  const other = zone === academyZone() ? readerZone() : academyZone();
  const [first, last] = [daysOfWeek(day)[0] ?? day, addDays(day, 6)];
  const between = (on: string) => minutesOf(localOf(instantOf(`${on}T12:00`, zone), other));
  const both = other !== zone && between(first) !== 12 * 60 && between(first) === between(last);
  return (
    <div class="week-hours" aria-hidden="true">
      {Array.from({ length: 24 }, (_, hour) => {
        const at = instantOf(`${first}T${timeText(hour * 60)}`, zone);
        return (
          <div class="week-hour numbers small" key={hour}>
            {hour > 0 && <span>{timeText(hour * 60)}{both && <small>{clockTime(at, other)}</small>}</span>}
          </div>
        );
      })}
    </div>
  );
}

function HeldBlock({ held }: { held: Held }) {
  return (
    <div
      class="block block-held"
      style={{ "--course": held.session?.course.colour ?? "var(--sea)", top: `${held.from * PX_PER_MINUTE}px`, height: `${held.minutes * PX_PER_MINUTE}px` }}
    >
      <span class="block-time numbers">{timeText(held.from)}–{timeText(held.from + held.minutes)}</span>
      <span class="block-title">{held.session?.title ?? t`New session`}</span>
    </div>
  );
}
