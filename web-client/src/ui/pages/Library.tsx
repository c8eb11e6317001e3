// SPDX-License-Identifier: MIT
// The recordings that the person may watch, by course, with search and filters.
import { plural, t } from "@lingui/core/macro";
import { useState } from "preact/hooks";
import film from "lucide-static/icons/film.svg?icon";
import search from "lucide-static/icons/search-x.svg?icon";
import play from "lucide-static/icons/play.svg?icon";
import { arrange, type Filter } from "../../academy/shelf";
import type { Recording, RecordingState } from "../../api/types";
import { bytes, clockTime, dateOfYear, length } from "../../i18n/format";
import { useFetched, useTitle } from "../hooks";
import { Link } from "../Link";
import { Badge, Busy, Button, EmptyState, Failed, Row, Rows, Select, TextField } from "../parts";
import { api, explain } from "../session";
import "./Library.css";

const ASK_AGAIN_MS = 15_000;
const EVERYTHING: Filter = { words: "", course: "", state: "" };

export default function Library() {
  useTitle(t`Library`);
  const { loaded, stale, reload } = useFetched(() => api().recordings(), "library", ASK_AGAIN_MS);
  return (
    <div class="shelf">
      <h1>{t`Library`}</h1>
      {stale && loaded.state === "ready" && (
        <p class="stale" role="status">{t`The server cannot be reached. What you see may be out of date.`}</p>
      )}
      {loaded.state === "loading" && <Busy text={t`Fetching the recordings…`} />}
      {loaded.state === "failed" && (
        <Failed title={t`The library did not load`} text={explain(loaded.error)} onRetry={reload} />
      )}
      {loaded.state === "ready" && (loaded.value.length > 0 ? <Shelves recordings={loaded.value} /> : (
        <EmptyState
          icon={film}
          title={t`No recordings yet`}
          text={t`When a recorded class of yours ends, it stands here within seconds.`}
          action={<Link to="" button="plain">{t`Go to the home page`}</Link>}
        />
      ))}
    </div>
  );
}

function Shelves({ recordings }: { recordings: readonly Recording[] }) {
  const [filter, setFilter] = useState<Filter>(EVERYTHING);
  const shelves = arrange(recordings, filter);
  const found = shelves.reduce((sum, shelf) => sum + shelf.recordings.length, 0);
  return (
    <>
      <Filters recordings={recordings} filter={filter} onChange={setFilter} />
      <p class="unseen" role="status">{plural(found, { one: "# recording", other: "# recordings" })}</p>
      {shelves.map(({ course, recordings: own }) => (
        <section key={course.id} aria-labelledby={`course-${course.id}`}>
          <h2 id={`course-${course.id}`}>{course.title}</h2>
          <Rows label={course.title}>{own.map((recording) => <Line key={recording.id} recording={recording} />)}</Rows>
        </section>
      ))}
      {shelves.length === 0 && (
        <EmptyState
          icon={search}
          title={t`Nothing fits`}
          text={t`No recording fits this search.`}
          action={<Button onClick={() => setFilter(EVERYTHING)}>{t`Show all`}</Button>}
        />
      )}
    </>
  );
}

interface FiltersProps {
  recordings: readonly Recording[];
  filter: Filter;
  onChange: (filter: Filter) => void;
}

function Filters({ recordings, filter, onChange }: FiltersProps) {
  const courses = new Map(recordings.map(({ course }) => [course.id, course.title]));
  return (
    <form class="shelf-filters" role="search" onSubmit={(event) => event.preventDefault()}>
      <TextField
        label={t`Search`}
        type="search"
        placeholder={t`Title, course or instructor`}
        value={filter.words}
        onInput={(words) => onChange({ ...filter, words })}
      />
      <Select
        label={t`Course`}
        value={filter.course}
        options={[{ value: "", label: t`All courses` }, ...[...courses].map(([value, label]) => ({ value, label }))]}
        onChange={(course) => onChange({ ...filter, course })}
      />
      <Select<RecordingState | "">
        label={t`State`}
        value={filter.state}
        options={[
          { value: "", label: t`All` },
          { value: "ready", label: t`Ready` },
          { value: "recording", label: t`Recording now` },
          { value: "sealing", label: t`Being finished` },
          { value: "failed", label: t`Failed` },
        ]}
        onChange={(state) => onChange({ ...filter, state })}
      />
    </form>
  );
}

function Line({ recording }: { recording: Recording }) {
  const title = recording.session.title;
  const who = recording.instructors.map((one) => one.name).join(", ");
  const when = `${dateOfYear(recording.started_at)}, ${clockTime(recording.started_at)}`;
  const ready = recording.state === "ready";
  return (
    <Row
      title={title}
      text={<span class="numbers">{[when, who, ready && bytes(recording.bytes)].filter(Boolean).join(" · ")}</span>}
      end={
        <>
          <State state={recording.state} />
          {ready && <span class="shelf-length numbers small quiet">{length(recording.duration_ms)}</span>}
          {recording.state !== "failed" && (
            <Link to={`replay/${recording.id}`} button="plain" icon={play} aria-label={t`Watch ${title}`}>{t`Watch`}</Link>
          )}
        </>
      }
    />
  );
}

function State({ state }: { state: RecordingState }) {
  switch (state) {
    case "recording":
      return <Badge kind="live">{t`Recording now`}</Badge>;
    case "sealing":
      return <Badge kind="warn">{t`Being finished`}</Badge>;
    case "failed":
      return <Badge kind="warn">{t`Failed`}</Badge>;
    case "ready":
      return null;
  }
}
