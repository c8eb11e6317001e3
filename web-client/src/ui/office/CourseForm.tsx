// SPDX-License-Identifier: MIT
// What a course is, in one column; for a new one and for changing one.
import { t } from "@lingui/core/macro";
import { useState } from "preact/hooks";
import { bytesOf, contrastOnWhite, isLine } from "../../academy/rules";
import type { CourseChange, CourseDetail } from "../../api/office";
import { Check, TextArea, TextField } from "../parts";
import { Form } from "../parts/Form";
import { LanguageField } from "./parts";
import { explainOffice } from "./words";

const TITLE_MOST = 120;
const CODE_MOST = 31;
const DESCRIPTION_MOST = 4095;
/** Of a mark against the page (WCAG 1.4.11). */
const CONTRAST_LEAST = 3;

interface Props {
  course?: CourseDetail;
  send: string;
  onSend: (change: CourseChange) => Promise<void>;
  onCancel: () => void;
}

export function CourseForm({ course, send, onSend, onCancel }: Props) {
  const [title, setTitle] = useState(course?.title ?? "");
  const [code, setCode] = useState(course?.code ?? "");
  const [description, setDescription] = useState(course?.description ?? "");
  const [colour, setColour] = useState(course?.colour ?? "#0b5a69");
  const [language, setLanguage] = useState(course?.language ?? "");
  const [percent, setPercent] = useState(String(course?.attendance_percent ?? 80));
  const [replay, setReplay] = useState(course?.counts_replay ?? false);
  const [tried, setTried] = useState(false);

  const share = Number(percent);
  const faults = {
    title: isLine(title, TITLE_MOST) ? "" : t`Give the course a title.`,
    code: bytesOf(code.trim()) <= CODE_MOST ? "" : t`The code is too long.`,
    description: bytesOf(description) <= DESCRIPTION_MOST ? "" : t`The description is too long.`,
    colour: contrastOnWhite(colour) >= CONTRAST_LEAST ? "" : t`This colour is too light to be seen. Choose a darker one.`,
    percent: Number.isInteger(share) && share >= 0 && share <= 100 && percent !== "" ? "" : t`The share is 0 to 100.`,
  };
  const shown = (fault: string) => (tried ? fault : "");
  return (
    <Form
      send={send}
      explain={explainOffice}
      onCancel={onCancel}
      check={() => {
        setTried(true);
        return Object.values(faults).every((fault) => !fault);
      }}
      onSend={() => onSend({
        title: title.trim(), code: code.trim(), description: description.trim(), colour, language, attendance_percent: share, counts_replay: replay,
      })}
    >
      <TextField label={t`Title`} required maxLength={TITLE_MOST} value={title} error={shown(faults.title)} onInput={setTitle} autoFocus={!course} />
      <TextField label={t`Code`} hint={t`As in your course book, LAW-101. May be empty.`} maxLength={CODE_MOST} value={code} error={shown(faults.code)} onInput={setCode} />
      <TextArea label={t`Description`} rows={5} maxLength={DESCRIPTION_MOST} value={description} error={shown(faults.description)} onInput={setDescription} />
      <div class="office-pair">
        <LanguageField label={t`Language of teaching`} value={language} none={t`As the academy`} onChange={setLanguage} />
        <TextField label={t`Colour in the timetable`} type="color" value={colour} error={shown(faults.colour)} onInput={setColour} />
      </div>
      <TextField
        label={t`Attendance to complete it, in percent`} type="number" min="0" max="100" step="1" hint={t`0: nobody completes it by attendance.`}
        value={percent} error={shown(faults.percent)} onInput={setPercent}
      />
      <Check label={t`Watching the recording counts as attendance`} checked={replay} onChange={setReplay} />
    </Form>
  );
}
