// SPDX-License-Identifier: MIT
// How a session recurs: how often, on which days, until when.
import { t } from "@lingui/core/macro";
import { faultOf, weeklyFrom, type Frequency, type Recurrence } from "../../../academy/recurrence";
import { addDays, addMonths, mondayOf, noonOf } from "../../../academy/zone";
import { Choice, Select, TextField } from "../../parts";
import { Checks } from "../../parts/Checks";

interface Props {
  day: string;
  value: Recurrence | null;
  /** One of a series stays one. */
  fixed: boolean;
  tried: boolean;
  onChange: (value: Recurrence | null) => void;
}

export function Repeat({ day, value, fixed, tried, onChange }: Props) {
  const change = (part: Partial<Recurrence>) => value && onChange({ ...value, ...part });
  const options: { value: Frequency | ""; label: string }[] = [
    { value: "DAILY", label: t`Every day` },
    { value: "WEEKLY", label: t`Every week` },
    { value: "MONTHLY", label: t`Every month` },
  ];
  if (!fixed) options.unshift({ value: "", label: t`Does not repeat` });
  return (
    <div class="form">
      <Select<Frequency | "">
        label={t`Repeats`}
        value={value?.frequency ?? ""}
        options={options}
        onChange={(frequency) => onChange(frequency ? { ...(value ?? weeklyFrom(day)), frequency } : null)}
      />
      {value && <How day={day} value={value} fault={tried ? faultOf(value, day) : null} change={change} />}
    </div>
  );
}

interface HowProps {
  day: string;
  value: Recurrence;
  fault: ReturnType<typeof faultOf>;
  change: (part: Partial<Recurrence>) => void;
}

function How({ day, value, fault, change }: HowProps) {
  const short = new Intl.DateTimeFormat(document.documentElement.lang, { weekday: "short", timeZone: "UTC" });
  const days = [0, 1, 2, 3, 4, 5, 6].map((one) => ({ value: String(one), label: short.format(noonOf(addDays(mondayOf(day), one))) }));
  const every = { DAILY: t`Every how many days`, WEEKLY: t`Every how many weeks`, MONTHLY: t`Every how many months` }[value.frequency];
  const later = value.frequency === "MONTHLY" ? addMonths(day, 6) : addDays(day, 69);
  return (
    <>
      <TextField
        label={every} type="number" min="1" max="99" value={String(value.every || "")}
        error={fault === "every" ? t`A number from 1 to 99.` : ""}
        onInput={(text) => change({ every: Number(text) })}
      />
      {value.frequency === "WEEKLY" && (
        <Checks
          legend={t`On`} inRow options={days} value={value.days.map(String)}
          error={fault === "days" ? t`Choose at least one day.` : ""}
          onChange={(chosen) => change({ days: chosen.map(Number).sort() })}
        />
      )}
      {value.frequency === "MONTHLY" && (
        <Choice
          legend={t`On`} name="monthly" value={value.monthly}
          options={[{ value: "date", label: t`The same day of the month` }, { value: "weekday", label: t`The same weekday of the month` }]}
          onChange={(monthly) => change({ monthly })}
        />
      )}
      <div class="form-pair">
        <Select
          label={t`Ends`} value={"count" in value.end ? "count" : "until"}
          options={[{ value: "count", label: t`After a number` }, { value: "until", label: t`On a day` }]}
          onChange={(kind) => change({ end: kind === "count" ? { count: 10 } : { until: later } })}
        />
        {"count" in value.end ? (
          <TextField
            label={t`Sessions`} type="number" min="1" max="400" value={String(value.end.count || "")}
            error={fault === "count" ? t`A number from 1 to 400.` : ""}
            onInput={(text) => change({ end: { count: Number(text) } })}
          />
        ) : (
          <TextField
            label={t`Last day`} type="date" min={day} value={value.end.until}
            error={fault === "until" ? t`A day after the first, within five years.` : ""}
            onInput={(until) => change({ end: { until } })}
          />
        )}
      </div>
    </>
  );
}
