// SPDX-License-Identifier: MIT
// Many people from a file. First it is tried: the server tells every row that is wrong, and nothing is changed; then
// all of it is imported, or nothing.
import { plural, t } from "@lingui/core/macro";
import { useState } from "preact/hooks";
import { readRoster, type Roster, type RosterLine } from "../../academy/roster";
import { bytesOf } from "../../academy/rules";
import { ApiError } from "../../api/client";
import { people, type BadRow, type ImportReport } from "../../api/office";
import { Badge, Button, Dialog, Field, Table, toast } from "../parts";
import { Form } from "../parts/Form";
import { api } from "../session";
import { explainOffice } from "./words";

/** As the server takes at most. */
const FILE_MOST = 2 << 20;
const SHOWN = 5;

interface Chosen {
  name: string;
  text: string;
  roster: Roster;
}

export function ImportPeople({ onClose, onImported }: { onClose: () => void; onImported: () => void }) {
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [report, setReport] = useState<ImportReport | null>(null);
  const [fault, setFault] = useState("");

  const choose = async (file: File | undefined) => {
    setReport(null);
    setChosen(null);
    setFault("");
    if (!file) return;
    const text = await file.text();
    if (bytesOf(text) > FILE_MOST) setFault(t`The file is larger than 2 MB. Split it.`);
    else setChosen({ name: file.name, text, roster: readRoster(text) });
  };
  const check = async () => {
    if (!chosen) return;
    setReport(await people.importCsv(api(), chosen.text, true));
  };
  const send = async () => {
    if (!chosen) return;
    try {
      const done = await people.importCsv(api(), chosen.text, false);
      const count = done.rows;
      toast(plural(count, { one: "# person was imported and gets a message.", other: "# people were imported and get a message." }));
      onImported();
      onClose();
    } catch (error) {
      if (error instanceof ApiError && error.reason === "bad_rows") await check();
      else throw error;
    }
  };
  const good = report !== null && report.wrong === 0;
  const rows = report?.rows ?? 0;
  return (
    <Dialog title={t`Import a list of people`} onClose={onClose} wide>
      <Form
        send={good ? plural(rows, { one: "Import # person", other: "Import # people" }) : t`Check the file`}
        explain={explainOffice}
        onCancel={onClose}
        check={() => {
          if (!chosen && !fault) setFault(t`Choose a file.`);
          return chosen !== null;
        }}
        onSend={good ? send : check}
      >
        <Field
          label={t`CSV file`}
          error={fault}
          hint={<>{t`A spreadsheet saved as CSV with the columns email and name and, if you like, roles, language and groups.`} <Example /></>}
        >
          {(wiring) => <input {...wiring} class="input" type="file" accept=".csv,text/csv,text/plain" onChange={(event) => void choose(event.currentTarget.files?.[0])} />}
        </Field>
        {chosen && !report && <Preview roster={chosen.roster} />}
        {report && <Report report={report} />}
      </Form>
    </Dialog>
  );
}

const EXAMPLE = "email,name,roles,language,groups\r\nana.perez@example.org,Ana Pérez,trainee,es,\r\njoris.martina@example.org,Joris Martina,instructor,nl,\r\n";

function Example() {
  const save = () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(["\uFEFF", EXAMPLE], { type: "text/csv" }));
    link.download = "people.csv";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };
  return <Button kind="quiet" class="button-inline" onClick={save}>{t`Save an example`}</Button>;
}

function Preview({ roster }: { roster: Roster }) {
  const count = roster.lines.length;
  return (
    <>
      <p class="small">{plural(count, { one: "# person in the file. The first rows:", other: "# people in the file. The first rows:" })}</p>
      <Table<RosterLine>
        caption={t`First rows of the file`}
        items={roster.lines.slice(0, SHOWN)}
        keyOf={(line) => String(line.line)}
        columns={roster.columns.filter(Boolean).map((head) => ({ head, cell: (line) => line.cells[head] ?? "" }))}
      />
    </>
  );
}

function Report({ report }: { report: ImportReport }) {
  const { wrong, rows } = report;
  if (wrong === 0) {
    return <p role="status"><Badge kind="good">{t`All is well`}</Badge> {plural(rows, { one: "# person can be imported.", other: "# people can be imported." })}</p>;
  }
  return (
    <>
      <p role="alert"><Badge kind="warn">{t`Not yet`}</Badge> {plural(wrong, { one: "# row is wrong. Nothing was imported. Mend it and choose the file again.", other: "# rows are wrong. Nothing was imported. Mend them and choose the file again." })}</p>
      <Table<BadRow>
        caption={t`Rows that are wrong`}
        items={report.bad}
        keyOf={(bad) => `${bad.row} ${bad.column} ${bad.code}`}
        columns={[
          { head: t`Row`, cell: (bad) => bad.row || "–", number: true },
          { head: t`Column`, cell: (bad) => bad.column || "–" },
          { head: t`What is wrong`, cell: (bad) => badWords(bad) },
        ]}
      />
    </>
  );
}

function badWords(bad: BadRow): string {
  switch (bad.code) {
    case "bad_email":
      return t`This is no e-mail address.`;
    case "bad_name":
      return t`The name is missing or too long.`;
    case "bad_role":
      return t`There is no such role.`;
    case "forbidden_role":
      return t`Only an administrator may give this role.`;
    case "bad_language":
      return t`The language is one of en, es, fr, nl.`;
    case "bad_group":
    case "unknown_group":
      return t`There is no group of that name.`;
    case "twice":
      return t`This address stands in the file twice.`;
    case "empty":
      return t`The file holds nobody.`;
    case "too_many_rows":
      return t`The file has more than 5000 rows. Split it.`;
    case "open_quote":
    case "stray_quote":
      return t`A quotation mark is not closed.`;
    default:
      return bad.text;
  }
}
