// SPDX-License-Identifier: MIT
// The keys of the replay. They rest while the person types or a dialog is open, and leave the browser's own chords alone.
import { t } from "@lingui/core/macro";
import { useEffect } from "preact/hooks";
import { RATES, type Player } from "../../replay/player";
import { neighbourChapter, type Timeline } from "../../replay/timeline";
import { Dialog } from "../parts";
import type { Acts } from "./Controls";

export const STEP_MS = 15_000;
const LONG_STEP_MS = 60_000;

export function useKeys(player: Player, timeline: Timeline, acts: Acts): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || taken(event)) return;
      const act = actOf(event.key, player, timeline, acts);
      if (!act) return;
      event.preventDefault();
      act();
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  });
}

/** Does the element that has the focus need this key itself? */
function taken(event: KeyboardEvent): boolean {
  const target = event.target as HTMLElement;
  if (target.closest("dialog, [role=menu], [role=tablist]")) return true;
  if (target.matches("textarea, select, input:not([type=range]), [contenteditable]")) return true;
  if (event.key === " " || event.key === "Enter") return target.matches("button, a");
  // Sliders: the position moves by our steps, the volume by its own.
  return target.matches(".volume-input") && /^(Arrow|Home|End|Page)/.test(event.key);
}

function actOf(key: string, player: Player, timeline: Timeline, acts: Acts): (() => void) | null {
  const by = (ms: number) => () => player.seek(player.position.value + ms);
  const chapter = (step: 1 | -1) => () => {
    const found = neighbourChapter(timeline, player.position.value, step);
    if (found) player.seek(found.at_ms);
  };
  const faster = (step: 1 | -1) => () => {
    const rate = RATES[RATES.findIndex((one) => one === player.rate.value) + step];
    if (rate) player.setRate(rate);
  };
  if (/^[0-9]$/.test(key)) return () => player.seek((timeline.duration * Number(key)) / 10);
  switch (key.length === 1 ? key.toLowerCase() : key) {
    case " ":
    case "k": return () => player.toggle();
    case "ArrowLeft": return by(-STEP_MS);
    case "ArrowRight": return by(STEP_MS);
    case "j": return by(-LONG_STEP_MS);
    case "l": return by(LONG_STEP_MS);
    case "ArrowUp": return () => player.setVolume(player.volume.value + 0.1);
    case "ArrowDown": return () => player.setVolume(player.volume.value - 0.1);
    case "Home": return () => player.seek(0);
    case "End": return () => player.seek(timeline.duration);
    case "n": return chapter(1);
    case "p": return chapter(-1);
    case "<": return faster(-1);
    case ">": return faster(1);
    case "m": return () => player.setMuted(!player.muted.value);
    case "s": return acts.swap;
    case "f": return acts.fullScreen;
    case "?": return acts.help;
    default: return null;
  }
}

export function KeyHelp({ onClose }: { onClose: () => void }) {
  const keys: [string, string][] = [
    ["K", t`Play or pause (also the space bar)`],
    ["← →", t`15 seconds back or forward`],
    ["J L", t`One minute back or forward`],
    ["P N", t`Previous or next chapter`],
    ["0 – 9", t`To a tenth of the recording`],
    ["< >", t`Slower or faster`],
    ["↑ ↓", t`Louder or quieter`],
    ["M", t`Sound on or off`],
    ["S", t`Swap screen and camera`],
    ["F", t`Full screen`],
  ];
  return (
    <Dialog title={t`Keys`} onClose={onClose}>
      <dl class="key-list">
        {keys.map(([key, does]) => (
          <div key={key}>
            <dt><kbd>{key}</kbd></dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
