// SPDX-License-Identifier: MIT
// The courses that the person sees: their own, for coordinators all of the academy and those shared with it.
import { plural, t } from "@lingui/core/macro";
import { useState } from "preact/hooks";
import book from "lucide-static/icons/book-open.svg?icon";
import plus from "lucide-static/icons/plus.svg?icon";
import { courses, type CourseLine } from "../../api/office";
import { useTitle } from "../hooks";
import { Link } from "../Link";
import { Badge, Button, Dialog, EmptyState, Row, Rows, Select, TextField } from "../parts";
import { href, navigate } from "../router";
import { api, isCoordinator } from "../session";
import { CourseForm } from "./CourseForm";
import { Grown, useGrowing } from "./parts";

export default function Courses() {
  useTitle(t`Courses`);
  const [words, setWords] = useState("");
  const [which, setWhich] = useState<"current" | "archived">("current");
  const [creating, setCreating] = useState(false);
  const list = useGrowing<CourseLine, string>(async (after) => {
    const page = await courses.list(api().call, words.trim(), which === "archived", after);
    return { items: page.courses, next: page.next };
  }, `${words.trim()}\n${which}`);
  const call = api().call;
  return (
    <div class="office">
      <div class="office-head">
        <h1>{t`Courses`}</h1>
        {isCoordinator() && (
          <div class="office-acts">
            <Link to="groups" button="plain">{t`Groups`}</Link>
            <Button kind="primary" icon={plus} onClick={() => setCreating(true)}>{t`New course`}</Button>
          </div>
        )}
      </div>
      <form class="office-filters" role="search" onSubmit={(event) => event.preventDefault()}>
        <TextField label={t`Search`} type="search" placeholder={t`Title or code`} value={words} onInput={setWords} />
        <Select
          label={t`Which`}
          value={which}
          options={[{ value: "current", label: t`Current` }, { value: "archived", label: t`Archived` }]}
          onChange={setWhich}
        />
      </form>
      <Grown list={list} busy={t`Fetching the courses…`} failed={t`The courses did not load`}>
        {list.items.length > 0
          ? <Rows label={t`Courses`}>{list.items.map((course) => <CourseRow key={course.id} course={course} />)}</Rows>
          : <EmptyState icon={book} title={t`No course`} text={words ? t`No course fits this search.` : t`The courses that you teach or take stand here.`} />}
      </Grown>
      {creating && (
        <Dialog title={t`New course`} onClose={() => setCreating(false)} wide>
          <CourseForm
            send={t`Make the course`}
            onCancel={() => setCreating(false)}
            onSend={async (change) => {
              const made = await courses.create(call, change);
              navigate(href(`courses/${made.id}`));
            }}
          />
        </Dialog>
      )}
    </div>
  );
}

function CourseRow({ course }: { course: CourseLine }) {
  const teachers = course.instructors.map((one) => one.name).join(", ");
  const count = course.trainees;
  const by = course.shared_by?.name;
  return (
    <Row
      lead={<span class="course-dot" style={{ "--course": course.colour }} />}
      title={<Link to={`courses/${course.id}`} class="table-link">{course.title}</Link>}
      text={[course.code, teachers].filter(Boolean).join(" · ") || undefined}
      end={
        <>
          {by && <Badge kind="sea">{t`Shared by ${by}`}</Badge>}
          <span class="small quiet numbers">{plural(count, { one: "# trainee", other: "# trainees" })}</span>
        </>
      }
    />
  );
}
