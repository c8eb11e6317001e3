// SPDX-License-Identifier: MIT
// One person of the academy: what they are here, and what an administrator may do about their account.
import { t } from "@lingui/core/macro";
import { useState } from "preact/hooks";
import { people, type Member, type Role } from "../../api/office";
import { dateOfYear } from "../../i18n/format";
import { LANGUAGE_NAMES, isLocale } from "../../i18n/i18n";
import { useFetched } from "../hooks";
import { Busy, Button, Dialog, Failed, toast } from "../parts";
import { Form } from "../parts/Form";
import { api, isAdmin, person } from "../session";
import { Confirm, Given, RolesField } from "./parts";
import { MemberState, rolesToGive } from "./People";
import { explainOffice } from "./words";

interface Props {
  personId: string;
  onClose: () => void;
  /** null: is no member any more. */
  onChanged: (member: Member | null) => void;
}

export function PersonPanel({ personId, onClose, onChanged }: Props) {
  const { loaded, reload } = useFetched(() => people.get(api().call, personId), personId);
  const changed = (member: Member | null) => {
    onChanged(member);
    if (member) reload();
    else onClose();
  };
  return (
    <Dialog title={loaded.state === "ready" ? loaded.value.name : t`Person`} onClose={onClose} wide>
      {loaded.state === "loading" && <Busy text={t`Fetching…`} />}
      {loaded.state === "failed" && <Failed title={t`This person did not load`} text={explainOffice(loaded.error)} onRetry={reload} />}
      {loaded.state === "ready" && (
        <>
          <Facts member={loaded.value} />
          <Roles key={loaded.value.roles.join()} member={loaded.value} onChanged={changed} />
          <Acts member={loaded.value} onChanged={changed} />
        </>
      )}
    </Dialog>
  );
}

function Facts({ member }: { member: Member }) {
  return (
    <dl class="office-facts">
      <dt>{t`E-mail address`}</dt><dd>{member.email}</dd>
      <dt>{t`State`}</dt><dd><MemberState member={member} /></dd>
      <dt>{t`Language`}</dt><dd>{isLocale(member.language) ? LANGUAGE_NAMES[member.language] : member.language}</dd>
      <dt>{t`Second factor`}</dt><dd>{member.second_factor ? t`On` : t`Off`}</dd>
      {member.since > 0 && <><dt>{t`Member since`}</dt><dd>{dateOfYear(member.since)}</dd></>}
      <dt>{t`Last seen`}</dt><dd>{member.seen_at ? dateOfYear(member.seen_at) : t`Never`}</dd>
    </dl>
  );
}

function Roles({ member, onChanged }: { member: Member; onChanged: Props["onChanged"] }) {
  const [roles, setRoles] = useState<Role[]>(member.roles);
  const same = roles.join() === member.roles.join();
  const given = rolesToGive();
  // A coordinator may not touch somebody who is more than what they may give.
  const may = member.roles.every((role) => given.includes(role));
  return (
    <Form
      class="form-within"
      send={t`Save the roles`}
      explain={explainOffice}
      check={() => roles.length > 0}
      onSend={async () => {
        if (!same) onChanged(await people.change(api().call, member.id, { roles }));
        toast(t`Saved.`);
      }}
    >
      <RolesField value={roles} given={may ? given : []} error={roles.length > 0 ? "" : t`Choose at least one role.`} onChange={setRoles} />
    </Form>
  );
}

type Asked = "lock" | "signout" | "factor" | "leave";

function Acts({ member, onChanged }: { member: Member; onChanged: Props["onChanged"] }) {
  const [link, setLink] = useState<{ label: string; url: string } | null>(null);
  const [asked, ask] = useState<Asked | null>(null);
  const { call } = api();
  const self = member.id === person.value?.id;
  const admin = isAdmin();
  const invited = member.state === "invited";
  const give = async (label: string, made: Promise<{ link: string }>) => {
    try {
      setLink({ label, url: (await made).link });
    } catch (error) {
      toast(explainOffice(error));
    }
  };
  const unlock = async () => {
    try {
      onChanged(await people.change(call, member.id, { locked: false }));
      toast(t`Unlocked.`);
    } catch (error) {
      toast(explainOffice(error));
    }
  };
  return (
    <>
      {link && <Given label={link.label} text={link.url} hint={t`A message with a link went to the person as well. Hand this one over yourself only if you know them.`} />}
      <div class="office-acts">
        {invited && <Button onClick={() => void give(t`Link of the invitation`, people.inviteAgain(call, member.id))}>{t`Invite again`}</Button>}
        {admin && !invited && <Button onClick={() => void give(t`Link for a new password`, people.reset(call, member.id))}>{t`New password link`}</Button>}
        {admin && <Button onClick={() => ask("signout")}>{t`Sign out everywhere`}</Button>}
        {admin && member.second_factor && <Button onClick={() => ask("factor")}>{t`Take the second factor away`}</Button>}
        {admin && !self && (member.state === "locked"
          ? <Button onClick={() => void unlock()}>{t`Unlock`}</Button>
          : <Button onClick={() => ask("lock")}>{t`Lock`}</Button>)}
        {!self && <Button kind="danger" onClick={() => ask("leave")}>{t`Remove`}</Button>}
      </div>
      {asked && <Ask asked={asked} member={member} onChanged={onChanged} onClose={() => ask(null)} />}
    </>
  );
}

function Ask({ asked, member, onChanged, onClose }: { asked: Asked; member: Member; onChanged: Props["onChanged"]; onClose: () => void }) {
  const { call } = api();
  const name = member.name;
  switch (asked) {
    case "lock":
      return (
        <Confirm
          title={t`Lock ${name}?`} act={t`Lock`} onClose={onClose}
          text={t`The person is signed out everywhere and cannot sign in until an administrator unlocks the account. Nothing is deleted.`}
          onAct={async () => {
            onChanged(await people.change(call, member.id, { locked: true }));
            onClose();
          }}
        />
      );
    case "signout":
      return (
        <Confirm
          title={t`Sign ${name} out?`} act={t`Sign out everywhere`} onClose={onClose}
          text={t`Every device of this person is signed out, also in a class that is going on.`}
          onAct={async () => {
            await people.signOut(call, member.id);
            toast(t`Signed out everywhere.`);
            onClose();
          }}
        />
      );
    case "factor":
      return (
        <Confirm
          title={t`Take the second factor of ${name} away?`} act={t`Take it away`} onClose={onClose}
          text={t`Do this only if you are sure who asks for it. From then on the password alone opens the account.`}
          onAct={async () => {
            onChanged(await people.change(call, member.id, { second_factor: false }));
            onClose();
          }}
        />
      );
    case "leave":
      return (
        <Confirm
          title={t`Remove ${name}?`} act={t`Remove`} name={name} onClose={onClose}
          text={t`The person leaves the academy, its courses and groups. What they attended and their certificates stay.`}
          onAct={async () => {
            await people.remove(call, member.id);
            onChanged(null);
          }}
        />
      );
  }
}
