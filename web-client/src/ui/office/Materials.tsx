// SPDX-License-Identifier: MIT
// Slides and files of a course: added with their progress in sight, downloaded, deleted.
import { t } from "@lingui/core/macro";
import { useRef, useState } from "preact/hooks";
import download from "lucide-static/icons/download.svg?icon";
import trash from "lucide-static/icons/trash-2.svg?icon";
import upload from "lucide-static/icons/upload.svg?icon";
import { materials, type CourseDetail, type Material } from "../../api/office";
import { bytes, dateOfYear } from "../../i18n/format";
import { useFetched } from "../hooks";
import { Busy, Button, Failed, Icon, IconButton, Meter, Row, Rows, toast } from "../parts";
import { api } from "../session";
import { Confirm, Section } from "./parts";
import { explainOffice } from "./words";

export function Materials({ course }: { course: CourseDetail }) {
  const { loaded, reload } = useFetched(() => materials.all(api().call, course.id), course.id);
  const [sending, setSending] = useState<{ name: string; share: number } | null>(null);
  const [leaving, setLeaving] = useState<Material | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const send = async (files: File[]) => {
    try {
      for (const file of files) {
        setSending({ name: file.name, share: 0 });
        await materials.add(api(), course.id, file, (share) => setSending({ name: file.name, share }));
      }
    } catch (error) {
      toast(explainOffice(error));
    }
    setSending(null);
    reload();
  };
  const may = course.may.change;
  return (
    <Section
      title={t`Materials`}
      acts={may && (
        <>
          <input
            ref={input} type="file" multiple hidden
            onChange={(event) => {
              const files = [...(event.currentTarget.files ?? [])];
              event.currentTarget.value = "";
              if (files.length > 0) void send(files);
            }}
          />
          <Button icon={upload} aria-disabled={sending !== null} onClick={() => !sending && input.current?.click()}>{t`Add files`}</Button>
        </>
      )}
    >
      {sending && <Progress {...sending} />}
      {loaded.state === "loading" && <Busy text={t`Fetching…`} />}
      {loaded.state === "failed" && <Failed title={t`The list did not load`} text={explainOffice(loaded.error)} onRetry={reload} />}
      {loaded.state === "ready" && loaded.value.length === 0 && !sending && <p class="quiet">{t`No materials yet.`}</p>}
      {loaded.state === "ready" && loaded.value.length > 0 && (
        <Rows label={t`Materials`}>
          {loaded.value.map((material) => {
            const name = material.name;
            return (
              <Row
                key={material.id}
                title={name}
                text={<span class="numbers">{bytes(material.bytes)} · {dateOfYear(material.added_at)}</span>}
                end={
                  <>
                    <a class="button" download href={materials.address(api(), course.id, material.id)} aria-label={t`Download ${name}`}>
                      <Icon of={download} /> {t`Download`}
                    </a>
                    {may && <IconButton icon={trash} label={t`Delete ${name}`} onClick={() => setLeaving(material)} />}
                  </>
                }
              />
            );
          })}
        </Rows>
      )}
      {leaving && (
        <Confirm
          title={t`Delete the file?`} act={t`Delete`} text={leaving.name} onClose={() => setLeaving(null)}
          onAct={async () => {
            await materials.remove(api().call, course.id, leaving.id);
            setLeaving(null);
            reload();
          }}
        />
      )}
    </Section>
  );
}

function Progress({ name, share }: { name: string; share: number }) {
  const percent = Math.round(share * 100);
  return (
    <div role="status">
      <p class="small numbers">{t`Sending ${name}: ${percent} %`}</p>
      <Meter label={t`Sent`} value={share} />
    </div>
  );
}
