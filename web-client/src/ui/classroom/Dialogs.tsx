// SPDX-License-Identifier: MIT
import { t } from "@lingui/core/macro";
import { Button, Dialog } from "../parts";
import { shortcutsOn, turnShortcuts } from "./keys";
import type { Stay } from "./stay";

export function LeaveDialog({ stay, onClose }: { stay: Stay; onClose: () => void }) {
  const { session } = stay;
  const host = session.model.host.value;
  const leave = () => {
    onClose();
    void session.leave();
  };
  const end = () => {
    onClose();
    void session.end();
  };
  return (
    <Dialog
      title={t`Leave the class?`}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t`Stay`}</Button>
          <Button kind={host ? "plain" : "danger"} onClick={leave}>{t`Leave`}</Button>
          {host && <Button kind="danger" onClick={end}>{t`End for all`}</Button>}
        </>
      }
    >
      <p>
        {host
          ? t`If you leave, the class goes on without you. If you end it for all, everybody leaves and the recording is closed.`
          : t`You can come back while the class goes on.`}
      </p>
    </Dialog>
  );
}

export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  const rows: [string, string][] = [
    [t`Microphone on or off`, "M"],
    [t`Hold to talk`, t`Space`],
    [t`Camera on or off`, "V"],
    [t`Raise or lower your hand`, "R"],
    [t`Chat`, "C"],
    [t`People`, "P"],
    [t`Share your screen`, "D"],
    [t`Full screen`, "F"],
    [t`This list`, "?"],
  ];
  return (
    <Dialog title={t`Keyboard shortcuts`} onClose={onClose}>
      <dl class="shortcuts">
        {rows.map(([words, key]) => (
          <div key={key}>
            <dt>{words}</dt>
            <dd>
              <kbd>{key}</kbd>
            </dd>
          </div>
        ))}
      </dl>
      <p class="small quiet">{t`They work while you are not typing. Ctrl+D and Ctrl+E do the same as M and V.`}</p>
      <label class="choice">
        <input
          type="checkbox"
          checked={shortcutsOn.value}
          onChange={(event) => turnShortcuts(event.currentTarget.checked)}
        />
        <span>{t`Use keyboard shortcuts`}</span>
      </label>
    </Dialog>
  );
}
