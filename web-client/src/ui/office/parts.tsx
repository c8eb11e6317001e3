// SPDX-License-Identifier: MIT
// What the pages of the office share: titled sections, fields for zones, languages and roles, lists that grow.
import { t } from "@lingui/core/macro";
import type { ComponentChildren } from "preact";
import { useEffect, useId, useState } from "preact/hooks";
import copy from "lucide-static/icons/copy.svg?icon";
import { ROLES, type Role } from "../../api/office";
import { LANGUAGE_NAMES, LOCALES } from "../../i18n/i18n";
import { Busy, Button, Check, Dialog, Failed, Select, TextField } from "../parts";
import { Form } from "../parts/Form";
import { copyText } from "./copy";
import "./office.css";
import { explainOffice, roleName } from "./words";

export function Section({ title, acts, children }: { title: string; acts?: ComponentChildren; children: ComponentChildren }) {
  const id = useId();
  return (
    <section class="section" aria-labelledby={id}>
      <div class="section-head">
        <h2 id={id}>{title}</h2>
        {acts && <div class="office-acts">{acts}</div>}
      </div>
      {children}
    </section>
  );
}

/** "" is offered under `none`, where given. */
export function ZoneField({ value, none, onChange }: { value: string; none?: string; onChange: (zone: string) => void }) {
  const known = Intl.supportedValuesOf("timeZone");
  const zones = value && !known.includes(value) ? [value, ...known] : known;
  const options = zones.map((zone) => ({ value: zone, label: zone.replace(/_/g, " ") }));
  return <Select label={t`Time zone`} value={value} options={none ? [{ value: "", label: none }, ...options] : options} onChange={onChange} />;
}

export function LanguageField({ value, none, label, onChange }: { value: string; none?: string; label?: string; onChange: (language: string) => void }) {
  const options = LOCALES.map((language) => ({ value: language as string, label: LANGUAGE_NAMES[language] }));
  return <Select label={label ?? t`Language`} value={value} options={none ? [{ value: "", label: none }, ...options] : options} onChange={onChange} />;
}

/** `given`: the roles that whoever asks may give. */
export function RolesField({ value, given, error, onChange }: { value: readonly Role[]; given: readonly Role[]; error?: string; onChange: (roles: Role[]) => void }) {
  const id = useId();
  return (
    <fieldset class="field" aria-describedby={error ? id : undefined}>
      <legend class="field-label">{t`Roles`}</legend>
      <div class="office-roles">
        {ROLES.map((role) => (
          <Check
            key={role}
            label={roleName(role)}
            checked={value.includes(role)}
            disabled={!given.includes(role)}
            onChange={(yes) => onChange(ROLES.filter((one) => (one === role ? yes : value.includes(one))))}
          />
        ))}
      </div>
      {error && <div class="field-error" id={id} role="alert">{error}</div>}
    </fieldset>
  );
}

/** Something that was made and is to be handed over: a link, a secret. */
export function Given({ label, text, hint }: { label: string; text: string; hint?: string }) {
  return (
    <div class="office-given">
      <TextField label={label} value={text} readOnly hint={hint} onInput={() => undefined} />
      <Button icon={copy} onClick={() => void copyText(text)} aria-label={t`Copy: ${label}`}>{t`Copy`}</Button>
    </div>
  );
}

/** Asks before something that cannot be taken back; with `name`, for the name of the thing. */
export function Confirm({ title, text, act, name, onAct, onClose }: {
  title: string;
  text: string;
  act: string;
  name?: string;
  onAct: () => Promise<void>;
  onClose: () => void;
}) {
  const [typed, setTyped] = useState("");
  const [tried, setTried] = useState(false);
  const fits = !name || typed.trim() === name.trim();
  return (
    <Dialog title={title} onClose={onClose}>
      <p>{text}</p>
      <Form
        danger
        send={act}
        explain={explainOffice}
        onCancel={onClose}
        check={() => {
          setTried(true);
          return fits;
        }}
        onSend={onAct}
      >
        {name && (
          <TextField
            label={t`Type “${name}” to go on`}
            value={typed}
            error={tried && !fits ? t`That is not its name.` : ""}
            onInput={setTyped}
          />
        )}
      </Form>
    </Dialog>
  );
}

export interface Growing<T> {
  items: readonly T[];
  state: "loading" | "failed" | "ready";
  error: unknown;
  more: boolean;
  /** Fetches the next page. */
  grow: () => void;
  reload: () => void;
  replace: (change: (items: readonly T[]) => readonly T[]) => void;
}

/** A list that comes page by page; begins anew when `key` changes, which typing may do many times a second. */
export function useGrowing<T, N extends string | number>(fetchPage: (after: N | null) => Promise<{ items: T[]; next: N | null }>, key: string): Growing<T> {
  const [items, setItems] = useState<readonly T[]>([]);
  const [next, setNext] = useState<N | null>(null);
  const [state, setState] = useState<Growing<T>["state"]>("loading");
  const [error, setError] = useState<unknown>(null);
  const [run, setRun] = useState(0);
  const [busy, setBusy] = useState(false);

  useEffect(() => {
    let wanted = true;
    const fetchFirst = () => fetchPage(null).then(
      (page) => {
        if (!wanted) return;
        setItems(page.items);
        setNext(page.next);
        setState("ready");
      },
      (fault: unknown) => {
        if (!wanted) return;
        setError(fault);
        setState("failed");
      },
    );
    const timer = setTimeout(fetchFirst, state === "loading" ? 0 : TYPING_MS);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [key, run]);

  const grow = () => {
    if (next === null || busy) return;
    setBusy(true);
    fetchPage(next).then((page) => {
      setItems((before) => [...before, ...page.items]);
      setNext(page.next);
    }, (fault: unknown) => {
      setError(fault);
      setState("failed");
    }).finally(() => setBusy(false));
  };
  const reload = () => {
    setRun(run + 1);
  };
  return { items, state, error, more: next !== null, grow, reload, replace: (change) => setItems(change) };
}

const TYPING_MS = 200;

/** Around what a growing list shows: on its way, failed, the rest of it. */
export function Grown<T>({ list, busy, failed, children }: { list: Growing<T>; busy: string; failed: string; children: ComponentChildren }) {
  if (list.state === "loading") return <Busy text={busy} />;
  if (list.state === "failed") return <Failed title={failed} text={explainOffice(list.error)} onRetry={list.reload} />;
  return (
    <>
      {children}
      {list.more && <div class="office-more"><Button onClick={list.grow}>{t`Show more`}</Button></div>}
    </>
  );
}
