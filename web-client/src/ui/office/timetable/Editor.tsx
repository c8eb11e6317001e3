// SPDX-License-Identifier: MIT
// The form of a session, new or planned. What it clashes with is asked while one fills it in, and shown before saving.
import { t } from "@lingui/core/macro";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Checked } from "../../../api/timetable";
import type { Course, Named } from "../../../api/types";
import { Button, Choice, Select, TextField, toast } from "../../parts";
import { Checks } from "../../parts/Checks";
import { explain } from "../../session";
import { Clashes } from "./Clashes";
import { faultsOf, planOf, startOf, type Draft, type DraftFault } from "./draft";
import { ScopeChoice } from "./Move";
import { Repeat } from "./Repeat";
import { timetable, type Ghost } from "./state";

/** What one can choose from. */
export interface Choices {
  courses: readonly Course[];
  venues: readonly Named[];
  groups: readonly Named[];
  instructors: readonly Named[];
}

interface Props {
  first: Draft;
  choices: Choices;
  onGhost: (ghost: Ghost | null) => void;
  onClose: () => void;
  /** At which moment it now is. */
  onSaved: (startsAt: number) => void;
}

const CHECK_AFTER_MS = 400;

export function Editor({ first, choices, onGhost, onClose, onSaved }: Props) {
  const [draft, setDraft] = useState(first);
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState("");
  const form = useRef<HTMLFormElement>(null);
  const faults = faultsOf(draft, Date.now());
  const checked = useCheck(draft, faults, setFault);
  const colour = choices.courses.find((one) => one.id === draft.course)?.colour ?? "var(--sea)";
  const set = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }));

  useEffect(() => {
    onGhost({
      title: draft.title, colour, minutes: Number(draft.minutes) || 60, session: draft.session?.id ?? "", checked, starts_at: startOf(draft),
    });
  }, [draft, checked]);
  useEffect(() => () => onGhost(null), []);
  useEffect(() => form.current?.querySelector<HTMLElement>("select, input")?.focus(), []);

  const save = async (event: Event) => {
    event.preventDefault();
    setTried(true);
    if (busy) return;
    if (faults.size > 0) {
      requestAnimationFrame(() => form.current?.querySelector<HTMLElement>("[aria-invalid]")?.focus());
      return;
    }
    setBusy(true);
    setFault("");
    try {
      const plan = { ...planOf(draft), despite: (checked?.clashes ?? 0) > 0 };
      const saved = draft.session ? await timetable().change(draft.session.id, plan) : await timetable().create(plan);
      toast(t`The timetable is saved.`);
      onSaved(saved.starts_at);
    } catch (error) {
      setFault(explain(error));
      setBusy(false);
    }
  };
  return (
    <form class="form editor" ref={form} noValidate onSubmit={(event) => void save(event)}>
      <What draft={draft} choices={choices} error={tried && faults.has("title")} set={set} />
      <When draft={draft} faults={tried ? faults : new Set(faults.has("past") ? ["past"] : [])} set={set} />
      <Series draft={draft} tried={tried} set={set} />
      <Where draft={draft} choices={choices} set={set} />
      <Rules draft={draft} faults={faults} set={set} />
      <div class="editor-foot">
        {checked && <Clashes checked={checked} />}
        {fault && <p class="field-error" role="alert">{fault}</p>}
        <div class="dialog-actions">
          <Button onClick={onClose}>{t`Discard`}</Button>
          <Button type="submit" kind="primary" aria-disabled={busy}>
            {busy ? t`One moment…` : checked && checked.clashes > 0 ? t`Save despite conflicts` : t`Save`}
          </Button>
        </div>
      </div>
    </form>
  );
}

/** What the server says about the draft, a moment after it was changed. */
function useCheck(draft: Draft, faults: ReadonlySet<DraftFault>, onFault: (text: string) => void): Checked | null {
  const [checked, setChecked] = useState<Checked | null>(null);
  const plan = planOf(draft);
  const key = JSON.stringify({ ...plan, title: undefined });
  const isReady = [...faults].every((one) => one === "title");
  useEffect(() => {
    setChecked(null);
    onFault("");
    if (!isReady) return;
    let late = false;
    const timer = setTimeout(() => {
      timetable().check({ ...plan, ...(draft.session && { session: draft.session.id }) }).then(
        (found) => late || setChecked(found),
        (error: unknown) => late || onFault(explain(error)),
      );
    }, CHECK_AFTER_MS);
    return () => {
      late = true;
      clearTimeout(timer);
    };
  }, [key, isReady]);
  return checked;
}

interface PartProps {
  draft: Draft;
  set: (part: Partial<Draft>) => void;
}

function What({ draft, choices, error, set }: PartProps & { choices: Choices; error: boolean }) {
  return (
    <>
      <Select
        label={t`Course`} value={draft.course} disabled={draft.session !== null}
        options={choices.courses.map((one) => ({ value: one.id, label: one.title }))}
        onChange={(course) => set({ course })}
      />
      <TextField label={t`Title`} value={draft.title} maxLength={120} required error={error ? t`Give the class a title.` : ""} onInput={(title) => set({ title })} />
    </>
  );
}

function When({ draft, faults, set }: PartProps & { faults: ReadonlySet<DraftFault> }) {
  const start = faults.has("start") ? t`Give a day and a time.` : faults.has("past") ? t`Choose a time that is still to come.` : "";
  return (
    <>
      <div class="form-pair">
        <TextField label={t`Day`} type="date" value={draft.day} error={start} onInput={(day) => set({ day })} />
        <TextField label={t`Time`} type="time" step="300" value={draft.time} onInput={(time) => set({ time })} />
      </div>
      <div class="form-pair form-pair-short">
        <TextField
          label={t`Minutes`} type="number" min="5" max="720" step="5" value={draft.minutes}
          error={faults.has("minutes") ? t`From 1 to 720.` : ""} onInput={(minutes) => set({ minutes })}
        />
        <TextField
          label={t`Time zone`} value={draft.zone} list="zones" error={faults.has("zone") ? t`Choose one from the list.` : ""}
          onInput={(zone) => set({ zone })}
        />
      </div>
      <datalist id="zones">{Intl.supportedValuesOf("timeZone").map((zone) => <option key={zone} value={zone} />)}</datalist>
    </>
  );
}

/** A new one may recur; of one in a series it is said how far a change reaches. */
function Series({ draft, tried, set }: PartProps & { tried: boolean }) {
  const repeat = (
    <Repeat day={draft.day} value={draft.recurrence} fixed={draft.session !== null} tried={tried} onChange={(recurrence) => set({ recurrence })} />
  );
  if (!draft.session) return repeat;
  if (!draft.session.series) return null;
  return (
    <>
      <ScopeChoice value={draft.scope} onChange={(scope) => set({ scope })} />
      {draft.scope !== "this" && (draft.recurrence ? repeat : <p class="small quiet">{t`It recurs by a rule that this form cannot show. The rule stays as it is.`}</p>)}
    </>
  );
}

function Where({ draft, choices, set }: PartProps & { choices: Choices }) {
  const all = (list: readonly Named[]) => list.map((one) => ({ value: one.id, label: one.name }));
  return (
    <>
      {choices.venues.length > 0 && (
        <Select
          label={t`Room`} value={draft.venue} options={[{ value: "", label: t`None` }, ...all(choices.venues)]}
          onChange={(venue) => set({ venue })}
        />
      )}
      {choices.instructors.length > 0 && (
        <Checks
          legend={t`Instructors`} options={all(choices.instructors)} value={draft.instructors} hint={t`Nobody chosen: those of the course.`}
          onChange={(instructors) => set({ instructors })}
        />
      )}
      {choices.groups.length > 0 && (
        <Checks
          legend={t`Groups`} options={all(choices.groups)} value={draft.groups} hint={t`None chosen: everybody in the course.`}
          onChange={(groups) => set({ groups })}
        />
      )}
    </>
  );
}

function Rules({ draft, faults, set }: PartProps & { faults: ReadonlySet<DraftFault> }) {
  const early = t`From 0 to 1440.`;
  return (
    <details class="editor-more" open={faults.has("opens") || faults.has("lobby")}>
      <summary>{t`Recording and entering`}</summary>
      <div class="form">
        <Choice
          legend={t`Recording`} name="policy" value={draft.policy}
          options={[
            { value: "always", label: t`The whole class`, hint: t`Everybody sees that it is recorded.` },
            { value: "on_demand", label: t`When the instructor starts it` },
            { value: "never", label: t`Never` },
          ]}
          onChange={(policy) => set({ policy })}
        />
        <Choice
          legend={t`Who comes in`} name="entry" value={draft.entry}
          options={[{ value: "enrolled", label: t`Everybody enrolled` }, { value: "approval", label: t`Whom a host lets in` }]}
          onChange={(entry) => set({ entry })}
        />
        <div class="form-pair">
          <TextField
            label={t`Opens before, in minutes`} type="number" min="0" max="1440" step="5" value={draft.opens} hint={t`For instructors.`}
            error={faults.has("opens") ? early : ""} onInput={(opens) => set({ opens })}
          />
          <TextField
            label={t`Lobby before, in minutes`} type="number" min="0" max="1440" step="5" value={draft.lobby} hint={t`For trainees.`}
            error={faults.has("lobby") ? early : ""} onInput={(lobby) => set({ lobby })}
          />
        </div>
      </div>
    </details>
  );
}
