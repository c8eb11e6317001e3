// SPDX-License-Identifier: MIT
// A member's picture, on the stage or in the strip.
import { t } from "@lingui/core/macro";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import hand from "lucide-static/icons/hand.svg?icon";
import micOff from "lucide-static/icons/mic-off.svg?icon";
import pin from "lucide-static/icons/pin.svg?icon";
import pinOff from "lucide-static/icons/pin-off.svg?icon";
import screenIcon from "lucide-static/icons/monitor.svg?icon";
import type { Member } from "../../proto/messages.gen";
import type { Tile as Place } from "../../room/stage";
import { Icon, IconButton, Tile } from "../parts";
import type { Stay } from "./stay";

export interface MemberTileProps {
  stay: Stay;
  place: Place;
  /** Words over the picture. */
  notice?: string | null;
  style?: Record<string, string>;
  large?: boolean;
}

export function MemberTile({ stay, place, notice, style, large }: MemberTileProps) {
  const { model } = stay.session;
  const member = model.members.value.get(place.member);
  if (!member) return null;
  const own = place.member === model.self.value;
  const pinnable = stay.pinned.value === place.key || stay.scene.value.stage.length > 1;
  const words = notice ?? (member.present ? null : t`Connection lost. Coming back…`);
  return (
    <div class={`member-tile${large ? " member-tile-large" : ""}`} {...(style && { style })} data-tile={place.key}>
      <Tile
        name={tileName(member, place, own)}
        video={<Video stay={stay} place={place} own={own} />}
        {...(place.kind === "none" && { video: undefined })}
        signs={place.kind === "screen" ? <Icon of={screenIcon} size={14} /> : !member.mic && <Muted />}
        corner={member.hand > 0 && place.kind !== "screen" && <HandSign stay={stay} member={member} />}
        notice={words && <span class="tile-words">{words}</span>}
        speaking={place.kind !== "screen" && model.heard.value.speaker === member.id}
        whole={place.kind === "screen"}
      />
      {(!large || pinnable) && <PinButton stay={stay} place={place} name={member.name} />}
    </div>
  );
}

function tileName(member: Member, place: Place, own: boolean): string {
  const { name } = member;
  if (place.kind === "screen") return own ? t`Your screen` : t`Screen of ${name}`;
  return own ? t`${name} (you)` : name;
}

function Muted() {
  return (
    <>
      <Icon of={micOff} size={14} />
      <span class="unseen">{t`muted`}</span>
    </>
  );
}

function HandSign({ stay, member }: { stay: Stay; member: Member }) {
  const place = stay.session.model.hands.value.findIndex((one) => one.id === member.id) + 1;
  return (
    <span class="hand-sign">
      <Icon of={hand} size={14} />
      <span class="unseen">{t`Hand raised, number`}</span> {place}
    </span>
  );
}

function PinButton({ stay, place, name }: { stay: Stay; place: Place; name: string }) {
  const pinned = stay.pinned.value === place.key;
  return (
    <IconButton
      class="tile-pin"
      icon={pinned ? pinOff : pin}
      label={pinned ? t`No longer show ${name} large` : t`Show ${name} large`}
      onClick={() => (stay.pinned.value = pinned ? "" : place.key)}
    />
  );
}

function Video({ stay, place, own }: { stay: Stay; place: Place; own: boolean }) {
  const stream = useStream(stay, place, own);
  const video = useRef<HTMLVideoElement>(null);
  const still = useRef<HTMLCanvasElement>(null);
  const [frozen, setFrozen] = useState(false);

  useLayoutEffect(() => {
    const element = video.current;
    if (!element || element.srcObject === stream) return;
    // A new peer's track has no picture yet: the last frame stays until it has.
    setFrozen(keepFrame(element, still.current));
    element.srcObject = stream;
    element.play().catch(() => {}); // replaced or taken away before it began
  }, [stream]);

  useEffect(() => {
    return place.slot >= 0 && video.current ? stay.views.show(place.slot, video.current) : undefined;
  }, [stay, place.slot]);

  const mark = own ? { "data-self": place.kind } : { "data-member": place.member, "data-kind": place.kind };
  return (
    <>
      <canvas ref={still} class="tile-still" hidden={!frozen} />
      <video
        ref={video}
        {...mark}
        class={own && place.kind === "camera" ? "mirrored" : ""}
        muted
        playsInline
        autoPlay
        onLoadedData={() => setFrozen(false)}
      />
    </>
  );
}

/** What the element shall play; the same object for as long as it is the same. */
function useStream(stay: Stay, place: Place, own: boolean): MediaStream | null {
  const track = own && place.kind !== "none" ? stay.media.local.tracks[place.kind].value : null;
  const [ownStream, setOwnStream] = useState<MediaStream | null>(null);
  useLayoutEffect(() => setOwnStream(track && new MediaStream([track])), [track]);
  return own ? ownStream : (stay.media.video.value[place.slot] ?? null);
}

function keepFrame(video: HTMLVideoElement, canvas: HTMLCanvasElement | null): boolean {
  if (!canvas || !video.srcObject || video.videoWidth === 0) return false;
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext("2d")?.drawImage(video, 0, 0);
  return true;
}
