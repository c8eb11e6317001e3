// SPDX-License-Identifier: MIT
// What happened, what is safe, what to do: the words for problems and news of a class.
import { t } from "@lingui/core/macro";
import type { Kind, SourceProblem } from "../../room/port";
import type { Receive } from "../../room/policy";
import type { Notice } from "../../room/notice";

export function kindName(kind: Kind): string {
  return { mic: t`Microphone`, camera: t`Camera`, screen: t`Screen` }[kind];
}

/** Why a device cannot be had. Nobody is kept out of class by it. */
export function problemWords(kind: Kind, problem: SourceProblem): string {
  if (kind === "screen") return t`The screen cannot be shared. Your browser or computer did not allow it.`;
  const camera = kind === "camera";
  switch (problem) {
    case "denied":
      return camera
        ? t`Your browser does not let this page use the camera. Press the sign beside the address, allow the camera, and press Try again. You can be in class without a camera.`
        : t`Your browser does not let this page use the microphone. Press the sign beside the address, allow the microphone, and press Try again. You can be in class without a microphone.`;
    case "dismissed":
      return t`Your browser asked whether this page may use your camera and microphone, and got no answer. Press Try again and choose Allow.`;
    case "none":
      return camera
        ? t`No camera was found. Connect one and press Try again. You can be in class without a camera.`
        : t`No microphone was found. Connect one and press Try again. You can be in class without a microphone.`;
    case "busy":
      return camera
        ? t`Your camera is used by another program. Close it and press Try again. You can be in class without a camera.`
        : t`Your microphone is used by another program. Close it and press Try again. You can be in class without a microphone.`;
    case "insecure":
      return t`Browsers give camera and microphone only to secure addresses. Open the address that begins with https. You can be in class without them.`;
    case "failed":
    case "dropped":
      return camera
        ? t`The camera did not start. Press Try again, or choose another one. You can be in class without a camera.`
        : t`The microphone did not start. Press Try again, or choose another one. You can be in class without a microphone.`;
  }
}

/** News for a toast; null: the page shows it in another way. */
export function noticeWords(notice: Notice): string | null {
  switch (notice.type) {
    case "floor_given":
      return null;
    case "floor_taken":
      return t`You no longer have the floor. You still see and hear everything.`;
    case "muted":
      return t`The instructor muted you. You can turn your microphone on again.`;
    case "screen_taken":
      return t`Somebody else shares a screen now. Yours is not shown.`;
    case "hand": {
      const { name } = notice;
      return t`${name} raised a hand`;
    }
    case "hand_lowered":
      return t`Your hand was lowered`;
    case "recording":
      return notice.on ? t`This class is being recorded` : t`The recording stopped`;
    case "stopped":
      return stoppedWords(notice.kind);
    case "not_allowed":
      return notAllowedWords(notice.kind);
    case "refused":
      return refusedWords(notice.request, notice.code);
  }
}

function stoppedWords(kind: Kind): string {
  if (kind === "screen") return t`Your screen is no longer shared`;
  return kind === "camera"
    ? t`Your camera stopped. Is it still connected?`
    : t`Your microphone stopped. Is it still connected?`;
}

export function notAllowedWords(kind: Kind): string {
  if (kind === "mic") return t`You can speak when the instructor gives you the floor. Raise your hand to ask.`;
  if (kind === "camera")
    return t`You can show your camera when the instructor gives you the floor. Raise your hand to ask.`;
  return t`You can share your screen when the instructor lets you. Raise your hand to ask.`;
}

function refusedWords(request: string, code: string): string {
  if (request === "chat") {
    return code === "too_fast"
      ? t`That was too fast. Your message is kept; send it again in a moment.`
      : t`Your message was not sent. It is kept; send it again.`;
  }
  if (code === "lost") return t`Not done: the connection is lost. Try again when it is back.`;
  if (code === "not_found") return t`Not done: this person has left the class.`;
  if (code === "unavailable") return t`Not done: the server could not. Try again in a moment.`;
  return t`Not done: you are not allowed to.`;
}

export function receiveName(receive: Receive): string {
  return {
    all: t`Everything`,
    saving: t`Screen and small cameras`,
    screen: t`Screen, no cameras`,
    sound: t`Sound only`,
  }[receive];
}
