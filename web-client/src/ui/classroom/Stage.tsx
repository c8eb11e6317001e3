// SPDX-License-Identifier: MIT
// The stage with the lecture on it, and the strip of people beneath.
import { t } from "@lingui/core/macro";
import screenOff from "lucide-static/icons/screen-share-off.svg?icon";
import { cells, columnsFor, fit, grid, TILE_ASPECT, type Size } from "../../room/grid";
import { Button } from "../parts";
import { useSize } from "./hooks";
import { Notices } from "./Notices";
import type { Stay } from "./stay";
import { MemberTile } from "./Tile";
import "./stage.css";

const GAP = 8;

export function Stage({ stay }: { stay: Stay }) {
  const [area, size] = useSize<HTMLDivElement>();
  const { stage } = stay.scene.value;
  const only = stage.length === 1 ? stage[0] : undefined;
  const rects =
    only?.kind === "screen"
      ? [{ ...size, left: 0, top: 0 }]
      : only
        ? [fit(size, TILE_ASPECT)]
        : grid(size, stage.length, GAP);
  const veil = veilWords(stay);
  return (
    <main class="class-stage" data-theme="dark" aria-label={t`Stage`}>
      <Notices stay={stay} />
      <div class="class-stage-area" ref={area}>
        {stage.map((place, i) => {
          const rect = rects[i];
          if (!rect) return null;
          const style = {
            left: `${rect.left}px`,
            top: `${rect.top}px`,
            width: `${rect.width}px`,
            height: `${rect.height}px`,
          };
          return (
            <MemberTile key={place.key} stay={stay} place={place} style={style} notice={i === 0 ? veil : null} large />
          );
        })}
        <OwnShare stay={stay} />
      </div>
    </main>
  );
}

/** Why the picture does not move, when it does not. */
function veilWords(stay: Stay): string | null {
  switch (stay.session.link.state.value) {
    case "weak":
      return t`Sound and picture are interrupted. Connecting again…`;
    case "failed":
      return t`Sound and picture are lost. Connecting again…`;
    case "connecting":
    case "none":
      return t`Connecting sound and picture…`;
    case "connected":
      return null;
  }
}

function OwnShare({ stay }: { stay: Stay }) {
  if (!stay.session.sending.value.screen) return null;
  return (
    <div class="own-share">
      <span>{t`You share your screen`}</span>
      <Button
        kind="danger"
        icon={screenOff}
        onClick={() => void stay.session.turn("screen", false)}
      >{t`Stop sharing`}</Button>
    </div>
  );
}

/** In CSS pixels. */
const STRIP_TILE = { width: 176, height: 99 };
/** Their row over an open panel on an upright phone. */
const ROW_TILE = { width: 108, height: 61 };

interface StripProps {
  stay: Stay;
  phone: boolean;
  /** One row over a panel, rather than all that lies under the stage. */
  inRow: boolean;
}

export function Strip({ stay, phone, inRow }: StripProps) {
  const [area, size] = useSize<HTMLElement>();
  const { strip, more } = stay.scene.value;
  const tile = inRow ? ROW_TILE : phone ? phoneTile(size, strip.length + Number(more > 0)) : STRIP_TILE;
  const room = cells(size, tile, GAP);
  const count = strip.length + Number(more > 0) <= room ? strip.length : room - 1;
  const rest = more + strip.length - count;
  const style = { width: `${tile.width}px`, height: `${tile.height}px` };
  return (
    <section
      class="class-strip"
      data-theme="dark"
      aria-label={t`People in sight`}
      ref={area}
      hidden={strip.length === 0}
    >
      {strip.slice(0, count).map((place) => (
        <MemberTile key={place.key} stay={stay} place={place} style={style} />
      ))}
      {rest > 0 && (
        <Button
          class="strip-more"
          style={style}
          aria-label={t`Show ${rest} others`}
          onClick={() => (stay.panel.value = "people")}
        >
          +{rest}
        </Button>
      )}
    </section>
  );
}

/** Few people stand under each other as large as the stage, more of them side by side. */
function phoneTile(area: Size, count: number): Size {
  const columns = columnsFor(area, count, GAP);
  const width = Math.floor((area.width - GAP * (columns - 1)) / columns);
  return { width, height: Math.floor(width / TILE_ASPECT) };
}
