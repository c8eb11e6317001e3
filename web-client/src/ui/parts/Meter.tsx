// SPDX-License-Identifier: MIT
// Small signs: how much of something, and the state of something in a word with a shape.
import type { ComponentChildren } from "preact";
import "./Meter.css";

/** `value` is between 0 and 1. */
export function Meter({ label, value }: { label: string; value: number }) {
  const clamped = Math.min(1, Math.max(0, value));
  return (
    <span class="meter" role="meter" aria-label={label} aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(clamped * 100)}>
      <span class="meter-fill" style={{ transform: `scaleX(${clamped})` }} />
    </span>
  );
}

export type BadgeKind = "plain" | "live" | "good" | "warn" | "sea";

export function Badge({ kind = "plain", children }: { kind?: BadgeKind; children: ComponentChildren }) {
  return <span class={`badge badge-${kind}`}>{children}</span>;
}
