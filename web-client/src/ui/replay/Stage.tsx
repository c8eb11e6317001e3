// SPDX-License-Identifier: MIT
// The pictures of a recording. They are siblings in one grid and only change their class, never their parent or
// their order, since a moved video stops.
import { t } from "@lingui/core/macro";
import { useComputed } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import play from "lucide-static/icons/play.svg?icon";
import again from "lucide-static/icons/rotate-ccw.svg?icon";
import sound from "lucide-static/icons/audio-lines.svg?icon";
import { stopwatch } from "../../i18n/format";
import type { Picture, Player, Sound } from "../../replay/player";
import { gapAt, picturesAt, speakerAt, type Clip, type Timeline } from "../../replay/timeline";
import { Button, Icon, Tile } from "../parts";
import { clipTitle } from "./words";

const MOST_CAMERAS = 5;

interface StageProps {
  player: Player;
  timeline: Timeline;
  swapped: boolean;
}

export function Stage({ player, timeline, swapped }: StageProps) {
  const pictures = player.pictures.value;
  const { screen, cameras } = picturesAt(pictures.map((picture) => picture.clip), MOST_CAMERAS);
  const main = screen && !(swapped && cameras.length > 0) ? screen : (cameras[0] ?? screen);
  const shown = pictures.filter(({ clip }) => clip === screen || cameras.includes(clip));
  const speaker = useComputed(() => speakerAt(timeline, player.position.value)?.member ?? null).value;
  const waiting = player.state.value === "waiting" || player.state.value === "loading";

  return (
    <div class="stage" onClick={(event) => event.target instanceof HTMLVideoElement && player.toggle()}>
      <div class={`stage-pictures${shown.length > 1 ? " stage-several" : ""}`}>
        {shown.map((picture) => (
          <Shown
            key={picture.clip.file}
            picture={picture}
            main={picture.clip === main}
            speaking={picture.clip !== main && picture.clip.kind === "camera" && picture.clip.member === speaker}
            veiled={waiting}
          />
        ))}
        {shown.length === 0 && <NoPicture player={player} timeline={timeline} />}
      </div>
      <Overlay player={player} low={shown.length === 0} />
      <div hidden>{player.sounds.value.map((sound) => <Mounted key={sound.clip.file} {...sound} />)}</div>
      <Trouble failed={player.failed.value} />
    </div>
  );
}

function Shown({ picture, main, speaking, veiled }: { picture: Picture; main: boolean; speaking: boolean; veiled: boolean }) {
  const { clip } = picture;
  return (
    <Tile
      class={`${main ? "stage-main" : "stage-beside"}${veiled ? " tile-veiled" : ""}`}
      name={clip.kind === "screen" ? clipTitle(clip) : clip.name}
      video={<Mounted {...picture} />}
      speaking={speaking}
      whole={clip.kind === "screen" || main}
    />
  );
}

function Mounted({ clip, element }: Picture | Sound) {
  const host = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    element.dataset["member"] = clip.member;
    element.dataset["kind"] = clip.kind;
    element.setAttribute("aria-label", clipTitle(clip));
    host.current?.append(element);
    return () => element.remove();
  }, [element]);
  return <div class="stage-host" ref={host} />;
}

/** No camera and no screen: a gap, or sound alone. */
function NoPicture({ player, timeline }: { player: Player; timeline: Timeline }) {
  const gap = useComputed(() => gapAt(timeline, player.position.value)).value;
  const name = useComputed(() => speakerAt(timeline, player.position.value)?.name ?? null).value;
  if (gap) {
    const end = gap.at_ms + gap.length_ms;
    const when = stopwatch(end);
    return (
      <div class="stage-words" role="status">
        <p><strong>{t`Nothing was recorded here.`}</strong></p>
        <p>{t`The recording was interrupted. It goes on at ${when}.`}</p>
        <Button onClick={() => player.seek(end)}>{t`Skip`}</Button>
      </div>
    );
  }
  return (
    <div class="stage-words">
      <Icon of={sound} size={40} />
      <p>{name ? t`Sound only: ${name} speaks` : t`No picture here`}</p>
    </div>
  );
}

/** What the player is doing, when it is not plainly playing. */
function Overlay({ player, low }: { player: Player; low: boolean }) {
  const place = `stage-overlay${low ? " stage-overlay-low" : ""}`;
  const state = player.state.value;
  if (state === "waiting" || state === "loading") {
    return (
      <div class={place} role="status">
        <span class="stage-note"><span class="busy-ring" />{t`Waiting for the recording…`}</span>
      </div>
    );
  }
  if (state === "ended") {
    return (
      <div class={place}>
        <Button large kind="primary" icon={again} onClick={() => player.play()}>{t`Watch again`}</Button>
      </div>
    );
  }
  if (state === "paused") {
    return (
      <div class={place}>
        <button type="button" class="stage-play" aria-label={t`Play recording`} onClick={() => player.play()}>
          <Icon of={play} size={36} />
        </button>
      </div>
    );
  }
  return null;
}

function Trouble({ failed }: { failed: readonly Clip[] }) {
  if (failed.length === 0) return null;
  const names = failed.map(clipTitle).join(", ");
  return <p class="stage-trouble" role="status">{t`Could not be loaded: ${names}. The rest plays on.`}</p>;
}
