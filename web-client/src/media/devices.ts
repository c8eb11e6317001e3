// SPDX-License-Identifier: MIT
/*
 * Cameras, microphones and speakers: which there are, which one is chosen, and why one cannot be had.
 * The choice is kept for this browser. Labels are empty until the person has allowed a device once.
 */
import { signal } from "@preact/signals-core";
import { SourceError, type SourceProblem } from "../room/port";

export type DeviceUse = "audioinput" | "videoinput" | "audiooutput";

export const devices = signal<readonly MediaDeviceInfo[]>([]);

const KEY: Record<DeviceUse, string> = {
  audioinput: "lectern.microphone",
  videoinput: "lectern.camera",
  audiooutput: "lectern.speaker",
};

export function devicesFor(use: DeviceUse): MediaDeviceInfo[] {
  return devices.value.filter((d) => d.kind === use && d.deviceId !== "");
}

export function chosenDevice(use: DeviceUse): string {
  try {
    return localStorage.getItem(KEY[use]) ?? "";
  } catch {
    return "";
  }
}

export function chooseDevice(use: DeviceUse, id: string): void {
  try {
    localStorage.setItem(KEY[use], id);
  } catch {
    // the choice holds for this page only
  }
}

export async function refreshDevices(): Promise<void> {
  try {
    devices.value = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  } catch {
    devices.value = [];
  }
}

/** Keeps the list right while devices come and go. Returns how to stop. */
export function watchDevices(): () => void {
  const refresh = () => void refreshDevices();
  refresh();
  navigator.mediaDevices?.addEventListener("devicechange", refresh);
  return () => navigator.mediaDevices?.removeEventListener("devicechange", refresh);
}

/** Did the person allow this before, so that opening it asks nothing? */
export async function allowedBefore(use: "audioinput" | "videoinput"): Promise<boolean> {
  const name = (use === "audioinput" ? "microphone" : "camera") as PermissionName;
  try {
    return (await navigator.permissions.query({ name })).state === "granted";
  } catch {
    // A browser that does not tell: labels show that one was allowed.
    await refreshDevices();
    return devicesFor(use).some((d) => d.label !== "");
  }
}

const PROBLEMS: Record<string, SourceProblem> = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "none",
  OverconstrainedError: "none",
  NotReadableError: "busy",
  AbortError: "busy",
};

export function problemOf(error: unknown): SourceProblem {
  if (!navigator.mediaDevices) return "insecure"; // browsers give cameras to https and localhost only
  if (!(error instanceof Error)) return "failed";
  if (error.name === "NotAllowedError" && /dismissed/i.test(error.message)) return "dismissed";
  return PROBLEMS[error.name] ?? "failed";
}

/** Opens a device or rejects with a SourceError. */
export async function capture(open: () => Promise<MediaStream>): Promise<MediaStream> {
  try {
    return await open();
  } catch (error) {
    throw error instanceof SourceError ? error : new SourceError(problemOf(error), String(error));
  }
}
