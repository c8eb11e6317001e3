// SPDX-License-Identifier: MIT
// Opens a class now, or plans one: for instructors and coordinators.
import { t } from "@lingui/core/macro";
import { useState } from "preact/hooks";
import type { Course, Policy } from "../../api/types";
import { zoneName } from "../../i18n/format";
import { useFetched } from "../hooks";
import { Busy, Button, Choice, Dialog, Failed, Select, TextField, toast } from "../parts";
import { href, navigate } from "../router";
import { api, explain } from "../session";

const LENGTHS = ["30", "45", "60", "90", "120", "180"] as const;
/** What the server takes, in bytes of UTF-8; characters are at most as many. */
const TITLE_MOST = 120;

interface Props {
  onClose: () => void;
  onCreated: () => void;
}

export function NewClass({ onClose, onCreated }: Props) {
  const { loaded, reload } = useFetched(() => api().courses(), "courses");
  return (
    <Dialog title={t`New class`} onClose={onClose}>
      {loaded.state === "loading" && <Busy text={t`Fetching the courses…`} />}
      {loaded.state === "failed" && <Failed title={t`The courses did not load`} text={explain(loaded.error)} onRetry={reload} />}
      {loaded.state === "ready" && loaded.value.length === 0 && <p>{t`There is no course yet. A coordinator adds the first.`}</p>}
      {loaded.state === "ready" && loaded.value.length > 0 && (
        <Form courses={loaded.value} onClose={onClose} onCreated={onCreated} />
      )}
    </Dialog>
  );
}

/** The next full half hour, as date and time fields want it. */
function soon(): { date: string; time: string } {
  const at = new Date(Math.ceil((Date.now() + 1) / 1_800_000) * 1_800_000);
  const two = (value: number) => String(value).padStart(2, "0");
  return {
    date: `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`,
    time: `${two(at.getHours())}:${two(at.getMinutes())}`,
  };
}

function Form({ courses, onClose, onCreated }: Props & { courses: readonly Course[] }) {
  const [course, setCourse] = useState(courses[0]?.id ?? "");
  const [title, setTitle] = useState("");
  const [policy, setPolicy] = useState<Policy>("always");
  const [when, setWhen] = useState<"now" | "later">("now");
  const [{ date, time }, setAt] = useState(soon);
  const [minutes, setMinutes] = useState<(typeof LENGTHS)[number]>("60");
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState("");

  const startsAt = when === "now" ? 0 : new Date(`${date}T${time}`).getTime();
  const titleError = title.trim() ? "" : t`Give the class a title.`;
  const timeError = when === "now" || startsAt > Date.now() ? "" : t`Choose a time that is still to come.`;

  const submit = async (event: Event) => {
    event.preventDefault();
    setTried(true);
    if (titleError || timeError || busy) return;
    setBusy(true);
    setFault("");
    try {
      const made = await api().createSession({
        course, title: title.trim(), starts_at: startsAt, length_min: Number(minutes), policy,
      });
      if (when === "now") {
        navigate(href(`class/${made.id}`));
      } else {
        toast(t`The class is planned.`);
        onCreated();
        onClose();
      }
    } catch (error) {
      setFault(explain(error));
      setBusy(false);
    }
  };

  return (
    <form class="form" onSubmit={(event) => void submit(event)} noValidate>
      <Select
        label={t`Course`}
        value={course}
        options={courses.map((one) => ({ value: one.id, label: one.title }))}
        onChange={setCourse}
      />
      <TextField
        label={t`Title`}
        value={title}
        maxLength={TITLE_MOST}
        required
        error={tried ? titleError : ""}
        onInput={setTitle}
      />
      <Choice
        legend={t`When`}
        name="when"
        value={when}
        options={[{ value: "now", label: t`Now` }, { value: "later", label: t`At a time` }]}
        onChange={setWhen}
      />
      {when === "later" && (
        <div class="form-pair">
          <TextField label={t`Day`} type="date" value={date} onInput={(value) => setAt({ date: value, time })} error={tried ? timeError : ""} />
          <TextField label={t`Time`} type="time" value={time} hint={zoneName(Date.now())} onInput={(value) => setAt({ date, time: value })} />
        </div>
      )}
      <Select
        label={t`Length`}
        value={minutes}
        options={LENGTHS.map((value) => ({ value, label: t`${value} minutes` }))}
        onChange={setMinutes}
      />
      <Choice
        legend={t`Recording`}
        name="policy"
        value={policy}
        options={[
          { value: "always", label: t`The whole class`, hint: t`Everybody sees that it is recorded.` },
          { value: "on_demand", label: t`When the instructor starts it` },
          { value: "never", label: t`Never` },
        ]}
        onChange={setPolicy}
      />
      {fault && <p class="field-error" role="alert">{fault}</p>}
      <div class="dialog-actions">
        <Button onClick={onClose}>{t`Cancel`}</Button>
        <Button type="submit" kind="primary" aria-disabled={busy}>
          {busy ? t`One moment…` : when === "now" ? t`Open the class` : t`Plan the class`}
        </Button>
      </div>
    </form>
  );
}
