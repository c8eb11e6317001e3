// SPDX-License-Identifier: MIT
// For those who listen: new chat lines while the chat is closed (an open one is a live region of its own).
// Hands, the floor and the recording come as toasts, which are read out too. The focus never moves.
import { t } from "@lingui/core/macro";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Stay } from "./stay";

export function Announcer({ stay }: { stay: Stay }) {
  const { model } = stay.session;
  const [words, setWords] = useState("");
  const lines = model.chat.value;
  const seen = useRef(lines.at(-1)?.line ?? 0);
  useEffect(() => {
    const last = lines.at(-1);
    if (!last || last.line <= seen.current) return;
    seen.current = last.line;
    if (stay.panel.peek() === "chat" || last.member === model.self.peek()) return;
    const { name, text } = last;
    setWords(t`${name} writes: ${text}`);
  }, [lines]);
  return (
    <div class="unseen" role="status" aria-live="polite">
      {words}
    </div>
  );
}
