// SPDX-License-Identifier: MIT
import { t } from "@lingui/core/macro";
import type { Chapter, Clip } from "../../replay/timeline";

export function chapterTitle(chapter: Chapter): string {
  const name = chapter.name ?? "";
  if (chapter.type === "screen") return t`Screen of ${name}`;
  if (chapter.type === "speaker") return t`${name} speaks`;
  return t`Start of class`;
}

export function clipTitle(clip: Clip): string {
  const name = clip.name;
  if (clip.kind === "screen") return t`Screen of ${name}`;
  if (clip.kind === "camera") return t`Camera of ${name}`;
  return t`Microphone of ${name}`;
}
