// SPDX-License-Identifier: MIT
// Beside the stage: the chapters, and the chat as far as it was written by now.
import { plural, t } from "@lingui/core/macro";
import { useComputed, useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import monitor from "lucide-static/icons/monitor.svg?icon";
import speech from "lucide-static/icons/mic.svg?icon";
import flag from "lucide-static/icons/flag.svg?icon";
import { stopwatch } from "../../i18n/format";
import type { Player } from "../../replay/player";
import { chapterAt, chatAt, type Timeline } from "../../replay/timeline";
import { Icon, Tabs } from "../parts";
import { chapterTitle } from "./words";

interface SideProps {
  player: Player;
  timeline: Timeline;
}

export function Side({ player, timeline }: SideProps) {
  const tab = useSignal<"chapters" | "chat">("chapters");
  const lines = timeline.chat.length;
  return (
    <aside class="theatre-side" aria-label={t`Chapters and chat`}>
      <Tabs
        class="side-tabs"
        label={t`Chapters and chat`}
        value={tab.value}
        onChange={(id) => (tab.value = id)}
        tabs={[
          { id: "chapters", label: t`Chapters` },
          { id: "chat", label: <>{t`Chat`} {lines > 0 && <span class="quiet numbers">{lines}</span>}</> },
        ]}
      >
        {tab.value === "chapters" ? <Chapters player={player} timeline={timeline} /> : <Chat player={player} timeline={timeline} />}
      </Tabs>
    </aside>
  );
}

const CHAPTER_ICONS: Record<string, string> = { screen: monitor, speaker: speech };

function Chapters({ player, timeline }: SideProps) {
  const here = useComputed(() => chapterAt(timeline, player.position.value)).value;
  return (
    <ol class="chapters" aria-label={t`Chapters`}>
      {timeline.chapters.map((chapter, index) => (
        <li key={chapter.at_ms}>
          <button
            type="button"
            class="chapter"
            aria-current={index === here ? "true" : undefined}
            onClick={() => player.seek(chapter.at_ms)}
          >
            <Icon of={CHAPTER_ICONS[chapter.type] ?? flag} size={18} />
            <span class="chapter-title">{chapterTitle(chapter)}</span>
            <span class="chapter-time numbers">{stopwatch(chapter.at_ms)}</span>
          </button>
        </li>
      ))}
    </ol>
  );
}

function Chat({ player, timeline }: SideProps) {
  const last = useComputed(() => chatAt(timeline, player.position.value)).value;
  const list = useRef<HTMLOListElement>(null);
  const follows = useRef(true);
  useLayoutEffect(() => {
    const box = list.current?.parentElement;
    if (box && follows.current) box.scrollTop = box.scrollHeight;
  }, [last]);
  useLayoutEffect(() => {
    const box = list.current?.parentElement;
    if (!box) return;
    const onScroll = () => (follows.current = box.scrollHeight - box.scrollTop - box.clientHeight < 40);
    box.addEventListener("scroll", onScroll);
    return () => box.removeEventListener("scroll", onScroll);
  }, []);

  const left = timeline.chat.length - last - 1;
  if (timeline.chat.length === 0) return <p class="side-empty">{t`Nobody wrote in the chat of this class.`}</p>;
  return (
    <>
      {last < 0 && <p class="side-empty">{t`Nothing was written by this moment.`}</p>}
      <ol class="chat-lines" ref={list} aria-label={t`Chat`}>
        {timeline.chat.slice(0, last + 1).map((line) => {
          const moment = stopwatch(line.at_ms);
          return (
            <li key={`${line.at_ms}-${line.member}`}>
              <p class="chat-head">
                <strong>{line.name}</strong>
                <button type="button" class="chat-time numbers" aria-label={t`Go to ${moment}`} onClick={() => player.seek(line.at_ms)}>
                  {moment}
                </button>
              </p>
              <p class="chat-text">{line.text}</p>
            </li>
          );
        })}
      </ol>
      {left > 0 && <p class="side-empty small">{plural(left, { one: "# more line comes later", other: "# more lines come later" })}</p>}
    </>
  );
}
