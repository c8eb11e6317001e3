// SPDX-License-Identifier: MIT
// Ourselves as others will see us, with the microphone's level, before class.
import { t } from "@lingui/core/macro";
import { useEffect, useRef, useState } from "preact/hooks";
import micOn from "lucide-static/icons/mic.svg?icon";
import micOff from "lucide-static/icons/mic-off.svg?icon";
import cameraOn from "lucide-static/icons/video.svg?icon";
import cameraOff from "lucide-static/icons/video-off.svg?icon";
import type { LocalMedia } from "../../media/local";
import { meter } from "../../media/meter";
import { SourceError, type SourceProblem } from "../../room/port";
import { Button, Meter, Tile } from "../parts";
import { problemWords } from "../classroom/words";

export type Device = "mic" | "camera";
export type Problems = Partial<Record<Device, SourceProblem | undefined>>;

export interface PreviewProps {
  local: LocalMedia;
  name: string;
  /** Who enters silent and unseen is not warned of being so. */
  calm: boolean;
  problems: Problems;
  onProblem: (device: Device, problem: SourceProblem | undefined) => void;
}

export function problemIn(error: unknown): SourceProblem {
  return error instanceof SourceError ? error.problem : "failed";
}

export function Preview({ local, name, calm, problems, onProblem }: PreviewProps) {
  const mic = local.tracks.mic.value;
  const camera = local.tracks.camera.value;
  const [micWanted, cameraWanted] = [local.wants("mic"), local.wants("camera")];
  const turn = (device: Device, on: boolean) => {
    onProblem(device, undefined);
    if (on) local.open(device).catch((error: unknown) => onProblem(device, problemIn(error)));
    else local.close(device);
  };
  const off = <span class="prejoin-off">{cameraWanted ? t`Your camera is starting…` : t`Your camera is off`}</span>;
  return (
    <div class="prejoin-preview">
      <div class="prejoin-picture" data-theme="dark">
        <Tile
          name={name}
          video={camera && <OwnVideo track={camera} />}
          notice={camera ? undefined : off}
          class="prejoin-tile"
        />
        <div class={`prejoin-toggles${calm ? " prejoin-calm" : ""}`}>
          <Toggle
            label={t`Microphone`}
            on={micWanted}
            icon={micWanted ? micOn : micOff}
            onPress={() => turn("mic", !micWanted)}
          />
          <Toggle
            label={t`Camera`}
            on={cameraWanted}
            icon={cameraWanted ? cameraOn : cameraOff}
            onPress={() => turn("camera", !cameraWanted)}
          />
        </div>
      </div>
      <Level track={mic} opening={micWanted} />
      {(["camera", "mic"] as const).map((device) => {
        const problem = problems[device];
        if (!problem || problem === "dropped") return null;
        return (
          <div class="prejoin-problem" role="alert" key={device}>
            <p>{problemWords(device, problem)}</p>
            <Button onClick={() => turn(device, true)}>{t`Try again`}</Button>
          </div>
        );
      })}
    </div>
  );
}

interface ToggleProps {
  label: string;
  on: boolean;
  icon: string;
  onPress: () => void;
}

function Toggle({ label, on, icon, onPress }: ToggleProps) {
  const look = on ? "round-toggle" : "round-toggle round-toggle-off";
  return <Button class={look} icon={icon} aria-label={label} title={label} aria-pressed={on} onClick={onPress} />;
}

function OwnVideo({ track }: { track: MediaStreamTrack }) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const element = video.current;
    if (!element) return;
    element.srcObject = new MediaStream([track]);
    element.play().catch(() => {}); // taken away before it began
  }, [track]);
  return <video ref={video} class="mirrored" data-self="camera" muted playsInline autoPlay />;
}

function Level({ track, opening }: { track: MediaStreamTrack | null; opening: boolean }) {
  const [level, setLevel] = useState(0);
  useEffect(() => {
    setLevel(0);
    return track ? meter(track, setLevel) : undefined;
  }, [track]);
  const off = opening ? t`Your microphone is starting…` : t`Your microphone is off`;
  const words = track ? t`Speak: the bar should move` : off;
  return (
    <div class="prejoin-level">
      <Meter label={t`Microphone level`} value={level} />
      <span class="small quiet">{words}</span>
    </div>
  );
}
