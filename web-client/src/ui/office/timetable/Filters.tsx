// SPDX-License-Identifier: MIT
// Of which course, instructor and room; on a phone behind a button that tells how many are in use.
import { plural, t } from "@lingui/core/macro";
import { useState } from "preact/hooks";
import funnel from "lucide-static/icons/list-filter.svg?icon";
import type { Named } from "../../../api/types";
import { zoneName } from "../../../i18n/format";
import { Button, Choice, Select } from "../../parts";
import type { Choices } from "./Editor";
import { academyZone, EVERYTHING, filter, ownClock, readerZone } from "./state";
import { zonesAreApart } from "./words";

interface Props {
  choices: Choices | null;
  instructors: ReadonlyMap<string, string>;
}

export function Filters({ choices, instructors }: Props) {
  const [open, setOpen] = useState(false);
  const used = Object.values(filter.value).filter(Boolean).length;
  const set = (part: Partial<typeof filter.value>) => (filter.value = { ...filter.value, ...part });
  const named = (all: string, list: readonly Named[]) => [{ value: "", label: all }, ...list.map((one) => ({ value: one.id, label: one.name }))];
  const people = [...instructors].map(([id, name]) => ({ id, name })).sort((a, b) => a.name.localeCompare(b.name));
  const courses = (choices?.courses ?? []).map(({ id, title }) => ({ id, name: title }));
  return (
    <div class="timetable-filters">
      <Button class="timetable-filter-button" icon={funnel} aria-expanded={open} aria-controls="filters" onClick={() => setOpen(!open)}>
        {used > 0 ? plural(used, { one: "# filter", other: "# filters" }) : t`Filter`}
      </Button>
      <form id="filters" class={open ? "" : "timetable-folded"} onSubmit={(event) => event.preventDefault()} aria-label={t`Filters`}>
        <Select label={t`Course`} value={filter.value.course} options={named(t`All courses`, courses)} onChange={(course) => set({ course })} />
        <Select label={t`Instructor`} value={filter.value.instructor} options={named(t`All instructors`, people)} onChange={(instructor) => set({ instructor })} />
        {(choices?.venues.length ?? 0) > 0 && (
          <Select label={t`Room`} value={filter.value.venue} options={named(t`All rooms`, choices?.venues ?? [])} onChange={(venue) => set({ venue })} />
        )}
        {used > 0 && <Button kind="quiet" onClick={() => (filter.value = EVERYTHING)}>{t`Show all`}</Button>}
        {zonesAreApart() && <Clock />}
      </form>
    </div>
  );
}

function Clock() {
  const now = Date.now();
  return (
    <Choice
      legend={t`Times as on`}
      name="clock"
      value={ownClock.value ? "own" : "academy"}
      options={[
        { value: "academy", label: t`The academy’s clock`, hint: `${academyZone()} (${zoneName(now, academyZone())})` },
        { value: "own", label: t`Your clock`, hint: `${readerZone()} (${zoneName(now)})` },
      ]}
      onChange={(value) => (ownClock.value = value === "own")}
    />
  );
}
