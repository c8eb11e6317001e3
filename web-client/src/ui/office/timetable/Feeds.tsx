// SPDX-License-Identifier: MIT
// Private addresses by which a calendar program follows the timetable: of everything that is one's own, and of courses.
import { t } from "@lingui/core/macro";
import { useState } from "preact/hooks";
import copy from "lucide-static/icons/copy.svg?icon";
import type { Feed } from "../../../api/timetable";
import type { Course } from "../../../api/types";
import { useFetched } from "../../hooks";
import { Busy, Button, Dialog, Failed, Select, TextField, toast } from "../../parts";
import { explain } from "../../session";
import { timetable } from "./state";

async function fetchFeeds(): Promise<{ feeds: Feed[]; courses: Course[] }> {
  const [feeds, courses] = await Promise.all([timetable().feeds(), timetable().courses()]);
  return { feeds, courses };
}

export function FeedsDialog({ onClose }: { onClose: () => void }) {
  const { loaded, reload } = useFetched(fetchFeeds, "feeds");
  return (
    <Dialog title={t`Your calendar`} onClose={onClose}>
      <p>{t`Give this address to Outlook, Google or your phone, and your calendar follows the timetable. Whoever has the address sees your sessions: keep it to yourself.`}</p>
      {loaded.state === "loading" && <Busy text={t`Fetching your addresses…`} />}
      {loaded.state === "failed" && <Failed title={t`Your addresses did not load`} text={explain(loaded.error)} onRetry={reload} />}
      {loaded.state === "ready" && <Feeds {...loaded.value} onChange={reload} />}
    </Dialog>
  );
}

function Feeds({ feeds, courses, onChange }: { feeds: Feed[]; courses: Course[]; onChange: () => void }) {
  const [wanted, setWanted] = useState("");
  const [busy, setBusy] = useState(false);
  const titleOf = (feed: Feed) =>
    feed.course ? (courses.find((one) => one.id === feed.course)?.title ?? t`A course`) : t`All my sessions`;
  const isThere = feeds.some((feed) => (feed.course ?? "") === wanted);
  const act = async (work: () => Promise<unknown>) => {
    if (busy) return;
    setBusy(true);
    try {
      await work();
      onChange();
    } catch (error) {
      toast(explain(error));
    }
    setBusy(false);
  };
  return (
    <>
      {feeds.map((feed) => (
        <One key={feed.id} feed={feed} title={titleOf(feed)} onRevoke={() => void act(() => timetable().removeFeed(feed.id))} />
      ))}
      <div class="feeds-add">
        <Select
          label={t`Calendar of`} value={wanted}
          options={[{ value: "", label: t`All my sessions` }, ...courses.map((one) => ({ value: one.id, label: one.title }))]}
          onChange={setWanted}
        />
        <Button kind="primary" aria-disabled={busy || isThere} onClick={() => !isThere && void act(() => timetable().addFeed(wanted || null))}>
          {isThere ? t`You have it` : t`Make an address`}
        </Button>
      </div>
    </>
  );
}

function One({ feed, title, onRevoke }: { feed: Feed; title: string; onRevoke: () => void }) {
  const copyIt = () => {
    navigator.clipboard.writeText(feed.url).then(
      () => toast(t`The address is copied.`),
      () => toast(t`Copying did not work. Select the address and copy it.`),
    );
  };
  return (
    <div class="feeds-one">
      <TextField label={title} value={feed.url} readOnly onInput={() => undefined} />
      <Button icon={copy} aria-label={t`Copy the address: ${title}`} onClick={copyIt}>{t`Copy`}</Button>
      <Button kind="quiet" aria-label={t`Revoke: ${title}`} title={t`Calendars that use it get nothing any more.`} onClick={onRevoke}>{t`Revoke`}</Button>
    </div>
  );
}
