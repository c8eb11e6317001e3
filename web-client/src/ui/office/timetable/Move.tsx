// SPDX-License-Identifier: MIT
// Asks what must be asked before a session is moved or taken off: which ones of a series, and whether conflicts are meant.
import { plural, t } from "@lingui/core/macro";
import { useEffect, useState } from "preact/hooks";
import type { Checked, PlannedSession, Scope } from "../../../api/timetable";
import { clockTime, day } from "../../../i18n/format";
import { Busy, Button, Choice, Dialog, toast } from "../../parts";
import { explain } from "../../session";
import { Clashes } from "./Clashes";
import { shownZone, timetable } from "./state";

export function ScopeChoice({ value, onChange }: { value: Scope; onChange: (scope: Scope) => void }) {
  return (
    <Choice<Scope>
      legend={t`Which sessions of the series?`}
      name="scope"
      value={value}
      options={[
        { value: "this", label: t`This one` },
        { value: "following", label: t`This and the following` },
        { value: "all", label: t`All` },
      ]}
      onChange={onChange}
    />
  );
}

/** Moves at once what needs no question. True: it was done. */
export async function moveQuietly(session: PlannedSession, startsAt: number, onDone: () => void): Promise<boolean> {
  if (session.series) return false;
  const checked = await timetable().check({ course: session.course.id, session: session.id, starts_at: startsAt });
  if (checked.clashes > 0) return false;
  await timetable().change(session.id, { starts_at: startsAt });
  tellMoved(session, startsAt, onDone);
  return true;
}

function tellMoved(session: PlannedSession, startsAt: number, onDone: () => void): void {
  const when = `${day(startsAt, shownZone())}, ${clockTime(startsAt, shownZone())}`;
  const back = () => {
    timetable().change(session.id, { starts_at: session.starts_at, despite: true }).then(onDone, (error: unknown) => toast(explain(error)));
  };
  toast(t`Moved to ${when}.`, { label: t`Undo`, act: back });
  onDone();
}

interface MoveProps {
  session: PlannedSession;
  startsAt: number;
  onClose: () => void;
  onDone: () => void;
}

export function MoveDialog({ session, startsAt, onClose, onDone }: MoveProps) {
  const [scope, setScope] = useState<Scope>("this");
  const [checked, setChecked] = useState<Checked | null>(null);
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState("");
  useEffect(() => {
    let late = false;
    setChecked(null);
    setFault("");
    timetable().check({ course: session.course.id, session: session.id, starts_at: startsAt, scope }).then(
      (found) => late || setChecked(found),
      (error: unknown) => late || setFault(explain(error)),
    );
    return () => void (late = true);
  }, [scope, startsAt]);
  const zone = shownZone();
  const [title, when] = [session.title, `${day(startsAt, zone)}, ${clockTime(startsAt, zone)}`];
  const save = async () => {
    if (busy || !checked) return;
    setBusy(true);
    try {
      await timetable().change(session.id, { starts_at: startsAt, scope, despite: true });
      onClose();
      if (scope === "this") tellMoved(session, startsAt, onDone);
      else {
        toast(t`The series is moved.`);
        onDone();
      }
    } catch (error) {
      setFault(explain(error));
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={t`Move the session?`}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t`Leave it where it is`}</Button>
          <Button kind="primary" aria-disabled={busy || !checked} onClick={() => void save()}>
            {checked && checked.clashes > 0 ? t`Move despite conflicts` : t`Move`}
          </Button>
        </>
      }
    >
      <p>{t`${title} to ${when}`}</p>
      {session.series && <ScopeChoice value={scope} onChange={setScope} />}
      {fault && <p class="field-error" role="alert">{fault}</p>}
      {checked ? <Clashes checked={checked} /> : !fault && <Busy text={t`Looking for conflicts…`} />}
    </Dialog>
  );
}

interface CancelProps {
  session: PlannedSession;
  onClose: () => void;
  onDone: () => void;
}

export function CancelDialog({ session, onClose, onDone }: CancelProps) {
  const [scope, setScope] = useState<Scope>("this");
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState("");
  const [title, when] = [session.title, `${day(session.starts_at, shownZone())}, ${clockTime(session.starts_at, shownZone())}`];
  const save = async () => {
    if (busy) return;
    setBusy(true);
    try {
      const { cancelled } = await timetable().cancel(session.id, scope);
      toast(plural(cancelled, { one: "# session is cancelled.", other: "# sessions are cancelled." }));
      onClose();
      onDone();
    } catch (error) {
      setFault(explain(error));
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={t`Cancel the session?`}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t`Keep it`}</Button>
          <Button kind="danger" aria-disabled={busy} onClick={() => void save()}>{t`Cancel the session`}</Button>
        </>
      }
    >
      <p>{t`${title}, ${when}. Everybody in it is told; it cannot be taken back.`}</p>
      {session.series && <ScopeChoice value={scope} onChange={setScope} />}
      {fault && <p class="field-error" role="alert">{fault}</p>}
    </Dialog>
  );
}
