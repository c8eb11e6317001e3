// SPDX-License-Identifier: MIT
// The chat: lines for everybody, and the line being written, which survives everything.
import { t } from "@lingui/core/macro";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import down from "lucide-static/icons/arrow-down.svg?icon";
import send from "lucide-static/icons/send-horizontal.svg?icon";
import { clockTime } from "../../i18n/format";
import { limits, type Line } from "../../proto/messages.gen";
import { Button, Icon, IconButton } from "../parts";
import type { Stay } from "./stay";
import "./chat.css";

export function Lines({ stay }: { stay: Stay }) {
  const { model } = stay.session;
  const lines = model.chat.value;
  const list = useRef<HTMLDivElement>(null);
  const [atEnd, setAtEnd] = useState(true);
  const toEnd = () => list.current?.scrollTo({ top: list.current.scrollHeight });
  useLayoutEffect(() => {
    const own = lines.at(-1)?.member === model.self.peek();
    if (atEnd || own) toEnd();
  }, [lines]);
  return (
    <div class="chat">
      <div
        class="chat-lines"
        role="log"
        aria-label={t`Chat`}
        tabIndex={0}
        ref={list}
        onScroll={({ currentTarget: box }) => setAtEnd(box.scrollHeight - box.scrollTop - box.clientHeight < 40)}
      >
        {lines.length === 0 && (
          <p class="panel-note">{t`Nothing was written yet. Everybody in class reads what you write here.`}</p>
        )}
        {lines.map((line, i) => (
          <ChatLine key={line.line} line={line} before={lines[i - 1]} own={line.member === model.self.value} />
        ))}
      </div>
      {!atEnd && (
        <Button class="chat-down" onClick={toEnd}>
          <Icon of={down} size={16} />
          {t`To the last message`}
        </Button>
      )}
    </div>
  );
}

/** Lines of one person within this time stand under one name. */
const TOGETHER_MS = 120_000;

function ChatLine({ line, before, own }: { line: Line; before: Line | undefined; own: boolean }) {
  const follows = before?.member === line.member && line.at - before.at < TOGETHER_MS;
  return (
    <div class={`chat-line${follows ? " chat-follows" : ""}`}>
      {!follows && (
        <div class="chat-who">
          <strong class={own ? "chat-own" : ""}>{own ? t`You` : line.name}</strong>
          <time class="numbers" dateTime={new Date(line.at).toISOString()}>
            {clockTime(line.at)}
          </time>
        </div>
      )}
      <p class="chat-text">{linked(line.text)}</p>
    </div>
  );
}

/** Addresses can be pressed; everything else stays plain text. */
function linked(text: string) {
  return text.split(/(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]}'])/).map((part, i) =>
    i % 2 === 0 ? (
      part
    ) : (
      <a key={i} href={part} target="_blank" rel="noopener noreferrer">
        {part}
      </a>
    ),
  );
}

const bytesOf = (text: string) => new TextEncoder().encode(text).length;

export function Composer({ stay }: { stay: Stay }) {
  const { draft } = stay;
  const [sending, setSending] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    // On a phone the keyboard would cover what one wants to read.
    if (matchMedia("(pointer: fine) and (min-width: 761px)").matches) field.current?.focus({ preventScroll: true });
  }, []);
  const text = draft.value.trim();
  const over = bytesOf(text) - limits.chat.text;

  const submit = async () => {
    if (!text || over > 0 || sending) return;
    setSending(true);
    draft.value = "";
    const sent = await stay.session.say(text);
    if (!sent) draft.value = draft.value ? `${text}\n${draft.value}` : text;
    setSending(false);
    field.current?.focus({ preventScroll: true });
  };
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <textarea
        ref={field}
        class="input"
        rows={2}
        aria-label={t`Message to everybody`}
        placeholder={t`Message to everybody`}
        value={draft.value}
        onInput={(event) => (draft.value = event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
          event.preventDefault();
          void submit();
        }}
      />
      <IconButton
        type="submit"
        kind="primary"
        icon={send}
        label={t`Send`}
        aria-disabled={!text || over > 0 || sending}
      />
      {over > 0 && <p class="composer-over" role="alert">{t`Too long by ${over} characters`}</p>}
    </form>
  );
}
