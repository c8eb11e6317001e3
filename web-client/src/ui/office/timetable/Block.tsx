// SPDX-License-Identifier: MIT
// A session as it stands in the week: a button that says all of it, drawn with as much as fits.
import { t } from "@lingui/core/macro";
import off from "lucide-static/icons/ban.svg?icon";
import repeat from "lucide-static/icons/repeat.svg?icon";
import warning from "lucide-static/icons/triangle-alert.svg?icon";
import type { Clash, PlannedSession } from "../../../api/timetable";
import type { Block as Placed } from "../../../academy/week";
import { Icon } from "../../parts";
import { clashWords, namesOf, spell, spoken, stateWord } from "./words";
import "./block.css";

interface BlockProps {
  placed: Placed<PlannedSession>;
  scale: number;
  chosen: boolean;
  faded: boolean;
  movable: boolean;
  onChoose: () => void;
  onPointerDown: (event: PointerEvent) => void;
  onKeyDown: (event: KeyboardEvent) => void;
  onBlur: () => void;
}

export function Block({ placed, scale, chosen, faded, movable, onChoose, ...events }: BlockProps) {
  const session = placed.item;
  const state = stateWord(session);
  const names = ["block", session.cancelled && "block-off", chosen && "block-chosen", faded && "block-faded", movable && "block-movable"];
  return (
    <button
      type="button"
      class={names.filter(Boolean).join(" ")}
      style={{ ...placeOf(placed, scale), "--course": session.course.colour }}
      data-session={session.id}
      data-state={session.state}
      aria-expanded={chosen}
      aria-keyshortcuts={movable ? "Shift+ArrowUp Shift+ArrowDown Shift+ArrowLeft Shift+ArrowRight" : undefined}
      title={spoken(session)}
      onClick={onChoose}
      {...events}
    >
      <span class="unseen">{spoken(session)}</span>
      <span class="block-time numbers" aria-hidden="true">{spell(session)}</span>
      <span class="block-title" aria-hidden="true">{session.series && <Icon of={repeat} size={12} />}{session.title}</span>
      {state && (
        <span aria-hidden="true" class={`block-state block-state-${session.cancelled ? "off" : session.state}`}>
          {session.cancelled && <Icon of={off} size={12} />}
          {state}
        </span>
      )}
      <span class="block-more" aria-hidden="true">{[namesOf(session), session.venue?.name].filter(Boolean).join(" · ")}</span>
    </button>
  );
}

interface GhostProps {
  placed: Placed<{ starts_at: number; length_min: number; clashes: Clash[] }>;
  scale: number;
  title: string;
  clashes: readonly Clash[];
}

export function GhostBlock({ placed, scale, title, clashes }: GhostProps) {
  return (
    <div class={`block block-ghost${clashes.length ? " block-clash" : ""}`} style={placeOf(placed, scale)} title={clashes.map(clashWords).join("\n")}>
      <span class="block-time numbers">
        {clashes.length > 0 && <Icon of={warning} size={14} />}
        {clashes.length > 0 ? spell(placed.item).split("–")[0] : spell(placed.item)}
      </span>
      <span class="block-title">{title || t`New session`}</span>
      {clashes.length > 0 && <span class="block-state">{t`Conflict`}</span>}
    </div>
  );
}

function placeOf({ from, minutes, lane, lanes }: Placed<unknown>, scale: number) {
  return {
    top: `${from * scale + 1}px`,
    height: `${Math.max(minutes, 25) * scale - 2}px`,
    left: `calc(${(100 * lane) / lanes}% + 1px)`,
    width: `calc(${100 / lanes}% - 4px)`,
  };
}
