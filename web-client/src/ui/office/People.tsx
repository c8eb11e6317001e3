// SPDX-License-Identifier: MIT
// The people of the academy: found by name, address or role; invited one by one or by a file.
import { t } from "@lingui/core/macro";
import { useState } from "preact/hooks";
import search from "lucide-static/icons/search-x.svg?icon";
import upload from "lucide-static/icons/upload.svg?icon";
import userPlus from "lucide-static/icons/user-plus.svg?icon";
import { isEmail, isLine, NAME_MOST } from "../../academy/rules";
import { people, ROLES, type Member, type Role } from "../../api/office";
import { dateOfYear } from "../../i18n/format";
import { useTitle } from "../hooks";
import { Link } from "../Link";
import { Badge, Button, Dialog, EmptyState, Select, Table, TextField } from "../parts";
import { Form } from "../parts/Form";
import { href, navigate } from "../router";
import { api, isAdmin } from "../session";
import { ImportPeople } from "./ImportPeople";
import { Given, Grown, LanguageField, RolesField, useGrowing } from "./parts";
import { PersonPanel } from "./PersonPanel";
import { explainOffice, roleName } from "./words";

export default function People({ personId }: { personId: string | null }) {
  useTitle(t`People`);
  const [words, setWords] = useState("");
  const [role, setRole] = useState<Role | "">("");
  const [opened, setOpened] = useState<"none" | "invite" | "import">("none");
  const list = useGrowing<Member, string>(async (after) => {
    const page = await people.list(api().call, words.trim(), role, after);
    return { items: page.people, next: page.next };
  }, `${words.trim()}\n${role}`);
  const close = () => setOpened("none");
  return (
    <div class="office">
      <div class="office-head">
        <h1>{t`People`}</h1>
        <div class="office-acts">
          <Button icon={upload} onClick={() => setOpened("import")}>{t`Import a list`}</Button>
          <Button kind="primary" icon={userPlus} onClick={() => setOpened("invite")}>{t`Invite`}</Button>
        </div>
      </div>
      <form class="office-filters" role="search" onSubmit={(event) => event.preventDefault()}>
        <TextField label={t`Search`} type="search" placeholder={t`Name or e-mail address`} value={words} onInput={setWords} />
        <Select<Role | "">
          label={t`Role`}
          value={role}
          options={[{ value: "", label: t`All roles` }, ...ROLES.map((value) => ({ value, label: roleName(value) }))]}
          onChange={setRole}
        />
      </form>
      <Grown list={list} busy={t`Fetching the people…`} failed={t`The people did not load`}>
        {list.items.length > 0 ? <PeopleTable members={list.items} /> : (
          <EmptyState
            icon={search}
            title={t`Nobody fits`}
            text={t`Nobody of this academy fits this search.`}
            action={<Button onClick={() => (setWords(""), setRole(""))}>{t`Show all`}</Button>}
          />
        )}
      </Grown>
      {opened === "invite" && <Invite onClose={close} onInvited={list.reload} />}
      {opened === "import" && <ImportPeople onClose={close} onImported={list.reload} />}
      {personId && (
        <PersonPanel
          key={personId}
          personId={personId}
          onClose={() => navigate(href("people"), true)}
          onChanged={(member) => list.replace((items) => items.flatMap((one) => (one.id !== personId ? [one] : member ? [member] : [])))}
        />
      )}
    </div>
  );
}

function PeopleTable({ members }: { members: readonly Member[] }) {
  return (
    <Table
      caption={t`People`}
      items={members}
      keyOf={(member) => member.id}
      stack
      columns={[
        { head: t`Name`, cell: (member) => <Link to={`people/${member.id}`} class="table-link">{member.name}</Link> },
        { head: t`E-mail address`, cell: (member) => <span class="table-break">{member.email}</span> },
        { head: t`Roles`, cell: (member) => member.roles.map(roleName).join(", ") || "–" },
        { head: t`State`, cell: (member) => <MemberState member={member} /> },
        { head: t`Last seen`, cell: (member) => (member.seen_at ? dateOfYear(member.seen_at) : t`Never`), number: true },
      ]}
    />
  );
}

export function MemberState({ member }: { member: Member }) {
  if (member.state === "locked") return <Badge kind="live">{t`Locked`}</Badge>;
  if (member.state === "invited") return <Badge kind="warn">{t`Invited`}</Badge>;
  return <Badge kind="good">{t`Active`}</Badge>;
}

/** What coordinators may give, and administrators. */
export function rolesToGive(): readonly Role[] {
  return isAdmin() ? ROLES : ["instructor", "trainee"];
}

function Invite({ onClose, onInvited }: { onClose: () => void; onInvited: () => void }) {
  const [email, setEmail] = useState("");
  const [name, setName] = useState("");
  const [language, setLanguage] = useState("");
  const [roles, setRoles] = useState<Role[]>(["trainee"]);
  const [tried, setTried] = useState(false);
  const [link, setLink] = useState("");
  const emailError = isEmail(email) ? "" : t`Enter an e-mail address.`;
  const nameError = isLine(name, NAME_MOST) ? "" : t`Enter the name.`;
  const rolesError = roles.length > 0 ? "" : t`Choose at least one role.`;
  if (link) {
    return (
      <Dialog title={t`Invited`} onClose={onClose} actions={<Button kind="primary" onClick={onClose}>{t`Done`}</Button>}>
        <p>{t`A message with a link is on its way to ${name}. You can also hand this link over yourself; it lasts 14 days.`}</p>
        <Given label={t`Link of the invitation`} text={link} />
      </Dialog>
    );
  }
  return (
    <Dialog title={t`Invite somebody`} onClose={onClose}>
      <Form
        send={t`Invite`}
        explain={explainOffice}
        onCancel={onClose}
        check={() => {
          setTried(true);
          return !emailError && !nameError && !rolesError;
        }}
        onSend={async () => {
          const made = await people.invite(api().call, { email: email.trim(), name: name.trim(), roles, ...(language && { language }) });
          setLink(made.link);
          onInvited();
        }}
      >
        <TextField label={t`E-mail address`} type="email" inputMode="email" autoComplete="off" required value={email} error={tried ? emailError : ""} onInput={setEmail} autoFocus />
        <TextField label={t`Name`} autoComplete="off" required maxLength={NAME_MOST} value={name} error={tried ? nameError : ""} onInput={setName} />
        <LanguageField value={language} none={t`As the academy`} onChange={setLanguage} />
        <RolesField value={roles} given={rolesToGive()} error={tried ? rolesError : ""} onChange={setRoles} />
      </Form>
    </Dialog>
  );
}
