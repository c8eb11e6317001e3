// SPDX-License-Identifier: MIT
// Groups of people of the academy: whoever is in one is in its courses.
import { plural, t } from "@lingui/core/macro";
import { useState } from "preact/hooks";
import plus from "lucide-static/icons/plus.svg?icon";
import cross from "lucide-static/icons/x.svg?icon";
import users from "lucide-static/icons/users-round.svg?icon";
import { isLine, NAME_MOST } from "../../academy/rules";
import { groups, people, type Group } from "../../api/office";
import { useFetched, useTitle } from "../hooks";
import { Link } from "../Link";
import { Badge, Busy, Button, Dialog, EmptyState, Failed, IconButton, Row, Rows, TextField, toast } from "../parts";
import { Form } from "../parts/Form";
import { href, navigate } from "../router";
import { api } from "../session";
import { Confirm, Grown, Section, useGrowing } from "./parts";
import { explainOffice } from "./words";

export default function Groups({ groupId }: { groupId: string | null }) {
  return groupId ? <OneGroup groupId={groupId} /> : <AllGroups />;
}

function AllGroups() {
  useTitle(t`Groups`);
  const { loaded, reload } = useFetched(() => groups.all(api().call), "groups");
  const [naming, setNaming] = useState(false);
  return (
    <div class="office">
      <div class="office-head">
        <div>
          <Link to="courses" class="office-back">{t`All courses`}</Link>
          <h1>{t`Groups`}</h1>
        </div>
        <Button kind="primary" icon={plus} onClick={() => setNaming(true)}>{t`New group`}</Button>
      </div>
      {loaded.state === "loading" && <Busy text={t`Fetching the groups…`} />}
      {loaded.state === "failed" && <Failed title={t`The groups did not load`} text={explainOffice(loaded.error)} onRetry={reload} />}
      {loaded.state === "ready" && (loaded.value.length === 0
        ? <EmptyState icon={users} title={t`No groups yet`} text={t`Put people who learn together in a group, and the group in courses.`} />
        : <Rows label={t`Groups`}>{loaded.value.map((group) => <GroupRow key={group.id} group={group} />)}</Rows>)}
      {naming && <Name title={t`New group`} send={t`Make the group`} onClose={() => setNaming(false)} onSend={async (name) => navigate(href(`groups/${(await groups.create(api().call, name)).id}`))} />}
    </div>
  );
}

function GroupRow({ group }: { group: Group }) {
  const count = group.people;
  return (
    <Row
      title={<Link to={`groups/${group.id}`} class="table-link">{group.name}</Link>}
      end={<span class="small quiet numbers">{plural(count, { one: "# person", other: "# people" })}</span>}
    />
  );
}

function Name({ title, send, value = "", onSend, onClose }: { title: string; send: string; value?: string; onSend: (name: string) => Promise<void>; onClose: () => void }) {
  const [name, setName] = useState(value);
  const [tried, setTried] = useState(false);
  const fault = isLine(name, NAME_MOST) ? "" : t`Enter the name.`;
  return (
    <Dialog title={title} onClose={onClose}>
      <Form
        send={send}
        explain={explainOffice}
        onCancel={onClose}
        check={() => {
          setTried(true);
          return !fault;
        }}
        onSend={() => onSend(name.trim())}
      >
        <TextField label={t`Name`} required maxLength={NAME_MOST} value={name} error={tried ? fault : ""} onInput={setName} autoFocus />
      </Form>
    </Dialog>
  );
}

function OneGroup({ groupId }: { groupId: string }) {
  const { call } = api();
  const { loaded, reload } = useFetched(async () => {
    const [group, inside] = await Promise.all([groups.get(call, groupId), groups.people(call, groupId)]);
    return { group, inside };
  }, groupId);
  const [opened, open] = useState<"none" | "name" | "add" | "delete">("none");
  useTitle(loaded.state === "ready" ? loaded.value.group.name : t`Groups`);
  if (loaded.state === "loading") return <Busy text={t`Fetching the group…`} />;
  if (loaded.state === "failed") return <Failed alone title={t`The group did not load`} text={explainOffice(loaded.error)} onRetry={reload} />;
  const { group, inside } = loaded.value;
  const close = () => open("none");
  const takeOut = async (person: string) => {
    try {
      await groups.takeOut(call, groupId, person);
    } catch (error) {
      toast(explainOffice(error));
    }
    reload();
  };
  return (
    <div class="office">
      <div class="office-head">
        <div>
          <Link to="groups" class="office-back">{t`All groups`}</Link>
          <h1>{group.name}</h1>
        </div>
        <div class="office-acts">
          <Button onClick={() => open("name")}>{t`Rename`}</Button>
          <Button onClick={() => open("delete")}>{t`Delete`}</Button>
        </div>
      </div>
      <Section title={t`People of the group`} acts={<Button onClick={() => open("add")}>{t`Add people`}</Button>}>
        {inside.length === 0 ? <p class="quiet">{t`Nobody is in this group yet.`}</p> : (
          <Rows label={t`People of the group`}>
            {inside.map(({ id, name }) => (
              <Row key={id} title={name} end={<IconButton icon={cross} label={t`Take ${name} out`} onClick={() => void takeOut(id)} />} />
            ))}
          </Rows>
        )}
      </Section>
      {opened === "name" && (
        <Name
          title={t`Rename the group`} send={t`Save`} value={group.name} onClose={close}
          onSend={async (name) => {
            await groups.rename(call, groupId, name);
            reload();
            close();
          }}
        />
      )}
      {opened === "add" && <AddToGroup groupId={groupId} inside={new Set(inside.map((one) => one.id))} onAdded={reload} onClose={close} />}
      {opened === "delete" && (
        <Confirm
          title={t`Delete the group?`} act={t`Delete`} name={group.name} onClose={close}
          text={t`Its people leave the courses that they are in by this group alone.`}
          onAct={async () => {
            await groups.remove(call, groupId);
            navigate(href("groups"));
          }}
        />
      )}
    </div>
  );
}

function AddToGroup({ groupId, inside, onAdded, onClose }: { groupId: string; inside: ReadonlySet<string>; onAdded: () => void; onClose: () => void }) {
  const [words, setWords] = useState("");
  const list = useGrowing(async (after: string | null) => {
    const page = await people.list(api().call, words.trim(), "", after);
    return { items: page.people, next: page.next };
  }, words.trim());
  const add = async (person: string) => {
    try {
      await groups.add(api().call, groupId, person);
      onAdded();
    } catch (error) {
      toast(explainOffice(error));
    }
  };
  return (
    <Dialog title={t`Add people`} onClose={onClose} wide actions={<Button kind="primary" onClick={onClose}>{t`Done`}</Button>}>
      <TextField label={t`Search`} type="search" placeholder={t`Name or e-mail address`} value={words} onInput={setWords} autoFocus />
      <Grown list={list} busy={t`Fetching the people…`} failed={t`The people did not load`}>
        <Rows label={t`People`}>
          {list.items.map(({ id, name, email }) => (
            <Row
              key={id}
              title={name}
              text={email}
              end={inside.has(id) ? <Badge kind="good">{t`Added`}</Badge> : <Button aria-label={t`Add ${name}`} onClick={() => void add(id)}>{t`Add`}</Button>}
            />
          ))}
        </Rows>
      </Grown>
    </Dialog>
  );
}
