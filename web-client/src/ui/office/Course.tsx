// SPDX-License-Identifier: MIT
// One course: what it is about, what lies ready for its people, who is in it, and who completed it.
import { t } from "@lingui/core/macro";
import { useState } from "preact/hooks";
import pen from "lucide-static/icons/pencil.svg?icon";
import { courses, type CourseDetail } from "../../api/office";
import { clockTime, shortDay } from "../../i18n/format";
import { useFetched, useTitle } from "../hooks";
import { Link } from "../Link";
import { Badge, Busy, Button, Dialog, Failed, Row, Rows, toast } from "../parts";
import { href, navigate } from "../router";
import { api, isCoordinator } from "../session";
import { CourseForm } from "./CourseForm";
import { CoursePeople } from "./CoursePeople";
import { Materials } from "./Materials";
import { Confirm, Section } from "./parts";
import { explainOffice } from "./words";

export default function Course({ courseId }: { courseId: string }) {
  const { loaded, reload } = useFetched(() => courses.get(api().call, courseId), courseId);
  useTitle(loaded.state === "ready" ? loaded.value.title : t`Course`);
  if (loaded.state === "loading") return <Busy text={t`Fetching the course…`} />;
  if (loaded.state === "failed") return <Failed alone title={t`The course did not load`} text={explainOffice(loaded.error)} onRetry={reload} />;
  const course = loaded.value;
  return (
    <div class="office">
      <Head course={course} onChanged={reload} />
      {course.description && <p class="prose">{course.description}</p>}
      <Sessions course={course} />
      {course.may.materials && <Materials course={course} />}
      {course.may.enrol && <CoursePeople course={course} onChanged={reload} />}
    </div>
  );
}

function Head({ course, onChanged }: { course: CourseDetail; onChanged: () => void }) {
  const [opened, open] = useState<"none" | "edit" | "delete">("none");
  const teachers = course.instructors.map((one) => one.name).join(", ");
  const call = api().call;
  const close = () => open("none");
  const by = course.shared_by?.name;
  const archive = async () => {
    try {
      await courses.change(call, course.id, { archived: !course.archived });
      toast(t`Saved.`);
      onChanged();
    } catch (error) {
      toast(explainOffice(error));
    }
  };
  return (
    <div class="office-head">
      <div>
        <Link to="courses" class="office-back">{t`All courses`}</Link>
        <h1><span class="course-dot" style={{ "--course": course.colour }} /> {course.title}</h1>
        <p class="quiet">
          {[course.code, teachers].filter(Boolean).join(" · ")} {course.archived && <Badge>{t`Archived`}</Badge>}
          {by && <Badge kind="sea">{t`Shared by ${by}`}</Badge>}
        </p>
      </div>
      {course.may.change && (
        <div class="office-acts">
          <Button icon={pen} onClick={() => open("edit")}>{t`Change`}</Button>
          <Button onClick={() => void archive()}>{course.archived ? t`Take back into use` : t`Archive`}</Button>
          {isCoordinator() && !by && <Button kind="quiet" onClick={() => open("delete")}>{t`Delete`}</Button>}
        </div>
      )}
      {opened === "edit" && (
        <Dialog title={t`Change the course`} onClose={close} wide>
          <CourseForm
            course={course}
            send={t`Save`}
            onCancel={close}
            onSend={async (change) => {
              await courses.change(call, course.id, change);
              onChanged();
              close();
            }}
          />
        </Dialog>
      )}
      {opened === "delete" && (
        <Confirm
          title={t`Delete the course?`} act={t`Delete`} name={course.title} onClose={close}
          text={t`Only a course without sessions, materials and certificates can be deleted. Archive any other.`}
          onAct={async () => {
            await courses.remove(call, course.id);
            navigate(href("courses"));
          }}
        />
      )}
    </div>
  );
}

const DAY_MS = 86_400_000;
const BACK_DAYS = 30;
const AHEAD_DAYS = 60;

function Sessions({ course }: { course: CourseDetail }) {
  const { loaded, reload } = useFetched(async () => {
    const now = Date.now();
    const { sessions } = await api().sessions(now - BACK_DAYS * DAY_MS, now + AHEAD_DAYS * DAY_MS);
    return sessions.filter((session) => session.course.id === course.id).sort((a, b) => a.starts_at - b.starts_at);
  }, course.id);
  return (
    <Section title={t`Sessions`}>
      {loaded.state === "loading" && <Busy text={t`Fetching…`} />}
      {loaded.state === "failed" && <Failed title={t`The list did not load`} text={explainOffice(loaded.error)} onRetry={reload} />}
      {loaded.state === "ready" && loaded.value.length === 0 && <p class="quiet">{t`No session from 30 days ago to 60 days from now.`}</p>}
      {loaded.state === "ready" && loaded.value.length > 0 && (
        <Rows label={t`Sessions`}>
          {loaded.value.map((session) => {
            const title = session.title;
            return (
              <Row
                key={session.id}
                title={title}
                text={<span class="numbers">{shortDay(session.starts_at)}, {clockTime(session.starts_at)}</span>}
                end={session.recording
                  ? <Link to={`replay/${session.recording.id}`} button="plain" aria-label={t`Watch ${title}`}>{t`Watch`}</Link>
                  : session.state !== "ended" && session.may.enter && <Link to={`class/${session.id}`} button="plain" aria-label={t`Enter ${title}`}>{t`Enter`}</Link>}
              />
            );
          })}
        </Rows>
      )}
    </Section>
  );
}
