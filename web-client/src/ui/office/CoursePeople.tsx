// SPDX-License-Identifier: MIT
// Who is in a course: instructors, trainees by name, and groups of them.
import { t } from "@lingui/core/macro";
import { useState } from "preact/hooks";
import cross from "lucide-static/icons/x.svg?icon";
import { courses, groups, people, type CourseDetail, type CoursePerson } from "../../api/office";
import { useFetched } from "../hooks";
import { Badge, Busy, Button, Dialog, Failed, IconButton, Row, Rows, Select, TextField, toast } from "../parts";
import { api, isCoordinator } from "../session";
import { Grown, Section, useGrowing } from "./parts";
import { explainOffice } from "./words";

interface Props {
  course: CourseDetail;
  onChanged: () => void;
}

export function CoursePeople({ course, onChanged }: Props) {
  const [adding, setAdding] = useState(false);
  const list = useGrowing<CoursePerson, string>(async (after) => {
    const page = await courses.people(api().call, course.id, "", after);
    return { items: page.people, next: page.next };
  }, course.id);
  const changed = () => {
    list.reload();
    onChanged();
  };
  const takeOut = async (one: CoursePerson) => {
    try {
      await courses.unenrol(api().call, course.id, one.id);
      changed();
    } catch (error) {
      toast(explainOffice(error));
    }
  };
  return (
    <>
      {isCoordinator() && !course.shared_by && <CourseGroups course={course} onChanged={changed} />}
      <Section title={t`People of the course`} acts={<Button onClick={() => setAdding(true)}>{t`Add people`}</Button>}>
        <Grown list={list} busy={t`Fetching the people…`} failed={t`The people did not load`}>
          {list.items.length === 0 ? <p class="quiet">{t`Nobody is in this course yet.`}</p> : (
            <Rows label={t`People of the course`}>
              {list.items.map((one) => {
                const name = one.name;
                return (
                  <Row
                    key={one.id}
                    title={name}
                    end={
                      <>
                        {one.instructor && <Badge kind="sea">{t`Instructor`}</Badge>}
                        {one.trainee && <Badge>{one.by_name ? t`Trainee` : t`By a group`}</Badge>}
                        {(one.instructor || one.by_name) && <IconButton icon={cross} label={t`Take ${name} out`} onClick={() => void takeOut(one)} />}
                      </>
                    }
                  />
                );
              })}
            </Rows>
          )}
        </Grown>
      </Section>
      {adding && <AddPeople course={course} onAdded={changed} onClose={() => setAdding(false)} />}
    </>
  );
}

function AddPeople({ course, onAdded, onClose }: { course: CourseDetail; onAdded: () => void; onClose: () => void }) {
  const [words, setWords] = useState("");
  const [as, setAs] = useState<"trainee" | "instructor">("trainee");
  const [added, setAdded] = useState<ReadonlySet<string>>(new Set());
  const list = useGrowing(async (after: string | null) => {
    const page = await people.list(api().call, words.trim(), as === "instructor" ? "instructor" : "", after);
    return { items: page.people, next: page.next };
  }, `${words.trim()}\n${as}`);
  const add = async (person: string) => {
    try {
      await courses.enrol(api().call, course.id, person, as);
      setAdded((before) => new Set(before).add(person));
      onAdded();
    } catch (error) {
      toast(explainOffice(error));
    }
  };
  return (
    <Dialog title={t`Add people`} onClose={onClose} wide actions={<Button kind="primary" onClick={onClose}>{t`Done`}</Button>}>
      <div class="office-filters">
        <TextField label={t`Search`} type="search" placeholder={t`Name or e-mail address`} value={words} onInput={setWords} autoFocus />
        <Select label={t`As`} value={as} options={[{ value: "trainee", label: t`Trainee` }, { value: "instructor", label: t`Instructor` }]} onChange={setAs} />
      </div>
      <Grown list={list} busy={t`Fetching the people…`} failed={t`The people did not load`}>
        {list.items.length === 0 ? <p class="quiet">{t`Nobody fits`}</p> : (
          <Rows label={t`People`}>
            {list.items.map(({ id, name, email }) => (
              <Row
                key={id}
                title={name}
                text={email}
                end={added.has(id) ? <Badge kind="good">{t`Added`}</Badge> : <Button aria-label={t`Add ${name}`} onClick={() => void add(id)}>{t`Add`}</Button>}
              />
            ))}
          </Rows>
        )}
      </Grown>
    </Dialog>
  );
}

function CourseGroups({ course, onChanged }: Props) {
  const { loaded, reload } = useFetched(async () => {
    const [inside, all] = await Promise.all([courses.groups(api().call, course.id), groups.all(api().call)]);
    return { inside, others: all.filter((one) => !inside.some((other) => other.id === one.id)) };
  }, course.id);
  const act = async (change: Promise<void>) => {
    try {
      await change;
    } catch (error) {
      toast(explainOffice(error));
    }
    reload();
    onChanged();
  };
  if (loaded.state === "loading") return <Busy text={t`Fetching the groups…`} />;
  if (loaded.state === "failed") return <Failed title={t`The groups did not load`} text={explainOffice(loaded.error)} onRetry={reload} />;
  const { inside, others } = loaded.value;
  return (
    <Section title={t`Groups of the course`}>
      {others.length > 0 && (
        <Select
          label={t`Add a group`}
          value=""
          options={[{ value: "", label: t`Choose a group` }, ...others.map(({ id, name }) => ({ value: id, label: name }))]}
          onChange={(group) => group && void act(courses.addGroup(api().call, course.id, group))}
        />
      )}
      {inside.length === 0 ? <p class="quiet">{t`No group is in this course. Whoever is in one of its groups is in the course, now and later.`}</p> : (
        <Rows label={t`Groups of the course`}>
          {inside.map(({ id, name, people: count }) => (
            <Row
              key={id}
              title={name}
              end={<><span class="small quiet numbers">{count}</span><IconButton icon={cross} label={t`Take ${name} out`} onClick={() => void act(courses.removeGroup(api().call, course.id, id))} /></>}
            />
          ))}
        </Rows>
      )}
    </Section>
  );
}
