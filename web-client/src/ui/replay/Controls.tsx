// SPDX-License-Identifier: MIT
// The timeline with its marks, and the buttons under it.
import { t } from "@lingui/core/macro";
import { useComputed, useSignal } from "@preact/signals";
import pause from "lucide-static/icons/pause.svg?icon";
import play from "lucide-static/icons/play.svg?icon";
import backward from "lucide-static/icons/rotate-ccw.svg?icon";
import forward from "lucide-static/icons/rotate-cw.svg?icon";
import previous from "lucide-static/icons/skip-back.svg?icon";
import next from "lucide-static/icons/skip-forward.svg?icon";
import loud from "lucide-static/icons/volume-2.svg?icon";
import silent from "lucide-static/icons/volume-x.svg?icon";
import swap from "lucide-static/icons/arrow-left-right.svg?icon";
import link from "lucide-static/icons/link.svg?icon";
import expand from "lucide-static/icons/maximize.svg?icon";
import keyboard from "lucide-static/icons/keyboard.svg?icon";
import { decimal, stopwatch } from "../../i18n/format";
import { RATES, type Player } from "../../replay/player";
import { chapterAt, neighbourChapter, picturesAt, speakerAt, writeMoment, type Timeline } from "../../replay/timeline";
import { Button, Icon, IconButton, Menu, toast } from "../parts";
import { STEP_MS } from "./keys";
import { chapterTitle } from "./words";

export interface Acts {
  swap: () => void;
  fullScreen: () => void;
  help: () => void;
}

interface ControlsProps {
  player: Player;
  timeline: Timeline;
  acts: Acts;
}

export function Controls({ player, timeline, acts }: ControlsProps) {
  const on = player.state.value === "playing" || player.state.value === "waiting";
  const go = (step: 1 | -1) => {
    const chapter = neighbourChapter(timeline, player.position.value, step);
    if (chapter) player.seek(chapter.at_ms);
  };
  const { screen, cameras } = picturesAt(player.pictures.value.map((picture) => picture.clip), 1);
  return (
    <div class="controls">
      <Scrubber player={player} timeline={timeline} />
      <div class="controls-row" role="toolbar" aria-label={t`Playback`}>
        <IconButton icon={on ? pause : play} label={on ? t`Pause` : t`Play`} hotkey="K" onClick={() => player.toggle()} />
        <IconButton class="wide-only" icon={previous} label={t`Previous chapter`} hotkey="P" onClick={() => go(-1)} />
        <Step icon={backward} label={t`Back 15 seconds`} hotkey="ArrowLeft" onClick={() => player.seek(player.position.value - STEP_MS)} />
        <Step icon={forward} label={t`Forward 15 seconds`} hotkey="ArrowRight" onClick={() => player.seek(player.position.value + STEP_MS)} />
        <IconButton class="wide-only" icon={next} label={t`Next chapter`} hotkey="N" onClick={() => go(1)} />
        <Volume player={player} />
        <Clock player={player} timeline={timeline} />
        <Speaker player={player} timeline={timeline} />
        <Speed player={player} />
        <IconButton icon={swap} label={t`Swap screen and camera`} hotkey="S" disabled={!screen || cameras.length === 0} onClick={acts.swap} />
        <IconButton class="wide-only" icon={link} label={t`Copy a link to this moment`} onClick={() => void copyMoment(player.position.value)} />
        <IconButton class="wide-only" icon={keyboard} label={t`Keys`} hotkey="?" onClick={acts.help} />
        {document.fullscreenEnabled && <IconButton icon={expand} label={t`Full screen`} hotkey="F" onClick={acts.fullScreen} />}
      </div>
    </div>
  );
}

/** A round arrow with the number of seconds in it. */
function Step({ icon, label, hotkey, onClick }: { icon: string; label: string; hotkey: string; onClick: () => void }) {
  return (
    <Button kind="quiet" class="button-icon" aria-label={label} title={label} aria-keyshortcuts={hotkey} onClick={onClick}>
      <span class="step">
        <Icon of={icon} size={26} />
        <span class="step-seconds">{decimal(STEP_MS / 1000)}</span>
      </span>
    </Button>
  );
}

/** While it is dragged only the shown time follows; the recording is sought when it is let go. */
function Scrubber({ player, timeline }: { player: Player; timeline: Timeline }) {
  const drag = useSignal<number | null>(null);
  const at = drag.value ?? player.position.value;
  const chapter = timeline.chapters[chapterAt(timeline, at)];
  const [here, whole] = [stopwatch(at), stopwatch(timeline.duration)];
  const percent = (ms: number) => `${(100 * ms) / Math.max(1, timeline.duration)}%`;
  return (
    <div class="scrubber">
      <div class="scrubber-track" aria-hidden="true">
        <span class="scrubber-done" style={{ width: percent(at) }} />
        {timeline.gaps.map((gap) => (
          <span class="scrubber-gap" key={gap.at_ms} style={{ left: percent(gap.at_ms), width: percent(gap.length_ms) }} />
        ))}
        {timeline.chapters.map((mark) => mark.at_ms > 0 && (
          <span class="scrubber-mark" key={mark.at_ms} style={{ left: percent(mark.at_ms) }} />
        ))}
      </div>
      <input
        type="range"
        class="scrubber-input"
        aria-label={t`Position`}
        aria-valuetext={`${t`${here} of ${whole}`}${chapter ? `, ${chapterTitle(chapter)}` : ""}`}
        min={0}
        max={Math.round(timeline.duration)}
        step={100}
        value={Math.round(at)}
        onInput={(event) => (drag.value = Number(event.currentTarget.value))}
        onChange={(event) => {
          drag.value = null;
          player.seek(Number(event.currentTarget.value));
        }}
      />
      {drag.value !== null && (
        <output class="scrubber-bubble" style={{ left: percent(at) }}>
          {here}{chapter && <span> · {chapterTitle(chapter)}</span>}
        </output>
      )}
    </div>
  );
}

function Clock({ player, timeline }: { player: Player; timeline: Timeline }) {
  const here = useComputed(() => stopwatch(player.position.value)).value;
  return <span class="controls-clock numbers">{here} / {stopwatch(timeline.duration)}</span>;
}

function Speaker({ player, timeline }: { player: Player; timeline: Timeline }) {
  const name = useComputed(() => speakerAt(timeline, player.position.value)?.name ?? "").value;
  return <span class="controls-speaker clip">{name && t`Speaking: ${name}`}</span>;
}

function Speed({ player }: { player: Player }) {
  const now = decimal(player.rate.value, 2);
  return (
    <Menu
      up
      label={t`Speed: ${now}`}
      entries={RATES.map((rate) => ({
        label: `${decimal(rate, 2)}×`,
        checked: rate === player.rate.value,
        onSelect: () => player.setRate(rate),
      }))}
    >
      <span class="numbers">{now}×</span>
    </Menu>
  );
}

function Volume({ player }: { player: Player }) {
  const quiet = player.muted.value || player.volume.value === 0;
  return (
    <span class="controls-volume">
      <IconButton
        icon={quiet ? silent : loud}
        label={quiet ? t`Turn the sound on` : t`Turn the sound off`}
        hotkey="M"
        onClick={() => (player.volume.value === 0 ? player.setVolume(1) : player.setMuted(!quiet))}
      />
      <input
        type="range"
        class="volume-input wide-only"
        aria-label={t`Volume`}
        min={0}
        max={100}
        step={5}
        value={quiet ? 0 : Math.round(player.volume.value * 100)}
        onInput={(event) => player.setVolume(Number(event.currentTarget.value) / 100)}
      />
    </span>
  );
}

async function copyMoment(at: number): Promise<void> {
  const address = new URL(location.href);
  address.search = `?t=${writeMoment(at)}`;
  const moment = stopwatch(at);
  try {
    await navigator.clipboard.writeText(address.href);
    toast(t`The link to ${moment} is on the clipboard.`);
  } catch {
    // No clipboard here: leave the link where it can be copied by hand.
    history.replaceState(null, "", address.pathname + address.search);
    toast(t`The address of this page now leads to ${moment}. Copy it from there.`);
  }
}
